// What only a release needs: the merge of a later state, foreign tools on the contract, and how much there may be of something.
const base = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/release'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  // Some of them measure time and memory.
  maxWorkers: 1,
};
