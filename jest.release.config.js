// What only a release needs: the merge of a later state, foreign tools on the contract, and how much there may be of something.
const base = require('./jest.config.js');

const SIZES = ['audit-size', 'change-feed-size'].map((name) => `<rootDir>/test/release/${name}.spec.ts`);

const release = {
  rootDir: __dirname,
  testEnvironment: base.testEnvironment,
  runtime: base.runtime,
  globalSetup: base.globalSetup,
  globalTeardown: base.globalTeardown,
  transform: base.transform,
  roots: ['<rootDir>/test/release'],
};

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: 300_000,
  maxWorkers: 2,
  projects: [
    {
      ...release,
      displayName: 'release',
      testMatch: base.testMatch,
      testPathIgnorePatterns: ['/node_modules/', ...SIZES],
    },
    {
      ...release,
      // These measure time and memory, so nothing else runs beside them.
      displayName: 'sizes',
      testMatch: SIZES,
      runner: '<rootDir>/test/support/jest/serial-runner.js',
    },
  ],
};
