'use strict';

const { writeFileSync } = require('node:fs');
const path = require('node:path');

/** Writes what failed to MUTATE_REPORT. jest's own `--outputFile` is not written after `--bail`. */
module.exports = class {
  onRunComplete(_contexts, { testResults, numPassedTests }) {
    const failures = testResults.flatMap((file) => {
      const spec = path.relative(process.cwd(), file.testFilePath).replaceAll(path.sep, '/');
      const failed = file.testResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0 && file.failureMessage)
        return [{ spec, test: null, loaded: false, message: shortened(file.failureMessage) }];
      return failed.map(({ fullName, failureMessages: [message = ''] }) => ({
        spec,
        test: fullName,
        loaded: true,
        message: shortened(message),
      }));
    });
    writeFileSync(process.env.MUTATE_REPORT, JSON.stringify({ failures, passed: numPassedTests }));
  }
};

function shortened(message) {
  return message.slice(0, 600);
}
