// What needs the built application, or processes of its own, or simply takes long.
const base = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/slow'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  maxWorkers: 1,
  // A run in which tests failed half-way, with servers held in the middle of something, did not end by itself.
  forceExit: true,
};
