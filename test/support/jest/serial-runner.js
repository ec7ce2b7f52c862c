const { default: TestRunner } = require('jest-runner');

/** Runs one spec after the other, in the process of jest itself. */
module.exports = class extends TestRunner {
  isSerial = true;
};
