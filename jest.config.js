const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  // Jest would leave a core idle; more than eight would want more connections than a server has by default.
  maxWorkers: Math.min(availableParallelism(), 8),
  // Modules are loaded once per worker, in the context of the worker: loading them anew for each spec took half of the run.
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  // A start takes seconds where the machine has other things to do.
  testTimeout: 20_000,
  roots: ['<rootDir>/examples', '<rootDir>/src', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/release/', '<rootDir>/test/slow/'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
};
