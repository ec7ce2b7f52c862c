'use strict';

// Adds up the results jest wrote as JSON into a folder and closes with the line "N passed, N failed".
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const folder = process.argv[2];
const runs = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
  .filter((result) => 'numTotalTests' in result);

// A suite that could not even be loaded counts no test of its own.
const failedIn = (run) => run.numFailedTests + run.numRuntimeErrorTestSuites;
const sum = (count) => runs.reduce((total, run) => total + count(run), 0);

const passed = sum((run) => run.numPassedTests);
const failed = sum(failedIn);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
