// What needs the built application, or processes of its own, or simply takes long.
const base = require('./jest.config.js');

const slow = {
  rootDir: __dirname,
  testEnvironment: base.testEnvironment,
  runtime: base.runtime,
  globalSetup: base.globalSetup,
  globalTeardown: base.globalTeardown,
  testMatch: base.testMatch,
  transform: base.transform,
  roots: ['<rootDir>/test/slow'],
};

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: 300_000,
  maxWorkers: 2,
  projects: [
    {
      ...slow,
      displayName: 'slow',
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/slow/timed/'],
    },
    {
      ...slow,
      // These measure time, so nothing else runs beside them.
      displayName: 'timed',
      roots: ['<rootDir>/test/slow/timed'],
      runner: '<rootDir>/test/support/jest/serial-runner.js',
    },
  ],
};
