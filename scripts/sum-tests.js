'use strict';

// Tells of the results that jest wrote as JSON into a folder how long they took and where their time went, and closes
// with the line "N passed, N failed". What specs cost stands beside the results of a run, in <run>.ndjson (TEST_COSTS).
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const SLOWEST = 15;

/** What test/support/jest/costs.js counts. A request includes its statements, and several are under way at once. */
const KINDS = {
  start: 'applications started',
  stop: 'applications stopped',
  signIn: 'sign-ins of test users',
  http: 'requests',
  statement: 'statements',
};

const folder = process.argv[2];
const runs = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({
    name: path.basename(name, '.json'),
    ...JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
  }))
  .filter((run) => 'numTotalTests' in run)
  .toSorted((one, other) => one.startTime - other.startTime);

const sumOf = (values) => values.reduce((total, value) => total + value, 0);
const seconds = (ms) => (ms / 1_000).toFixed(1).padStart(8);

function costsOf({ name }) {
  const file = path.join(folder, `${name}.ndjson`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function summaryOf(run) {
  const tests = run.numPassedTests + run.numFailedTests;
  const tookMs = Math.max(run.startTime, ...run.testResults.map(({ endTime }) => endTime)) - run.startTime;
  const rate = tookMs > 0 ? ((tests * 1_000) / tookMs).toFixed(1) : 0;
  return [`${run.name}: ${tests} tests in ${Math.round(tookMs / 1_000)} s, ${rate} a second`];
}

function slowestOf({ testResults }) {
  const specs = testResults
    .map(({ name, startTime, endTime }) => ({
      spec: path.relative(process.cwd(), name),
      tookMs: endTime - startTime,
    }))
    .toSorted((one, other) => other.tookMs - one.tookMs)
    .slice(0, SLOWEST);
  return ['  the slowest specs, s', ...specs.map(({ spec, tookMs }) => `  ${seconds(tookMs)}  ${spec}`)];
}

function timeOf(run) {
  const costs = costsOf(run);
  if (costs.length === 0) return [];
  const kinds = Object.entries(KINDS).map(([kind, words]) => {
    const spent = costs.map((cost) => cost.spent[kind]);
    const count = sumOf(spent.map((each) => each.count));
    return `  ${seconds(sumOf(spent.map(({ ms }) => ms)))}  ${count} ${words}`;
  });
  return [
    '  where the time of the workers goes, s',
    `  ${seconds(sumOf(costs.map(({ wallMs }) => wallMs)))}  ${costs.length} specs`,
    `  ${seconds(sumOf(costs.map(({ cpuMs }) => cpuMs)))}  of that computing`,
    ...kinds,
  ];
}

for (const run of runs)
  process.stdout.write(`${[...summaryOf(run), ...slowestOf(run), ...timeOf(run)].join('\n')}\n\n`);

// A suite that could not even be loaded counts no test of its own.
const passed = sumOf(runs.map((run) => run.numPassedTests));
const failed = sumOf(runs.map((run) => run.numFailedTests + run.numRuntimeErrorTestSuites));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
