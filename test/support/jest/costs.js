const { appendFileSync } = require('node:fs');
const path = require('node:path');
// The one of the process: a spec may replace the global one.
const { performance } = require('node:perf_hooks');
const { Client } = require('pg');

/**
 * What the specs of a worker cost, for `scripts/sum-tests.js`: a line of JSON a spec in the file that TEST_COSTS names.
 * Times are wall time in milliseconds and overlap, since a request includes its statements; `cpuMs` is of the worker alone.
 */
const KINDS = ['start', 'stop', 'signIn', 'http', 'statement'];

const spent = {};
let begun;

/** Adds one act of a kind that took so long. */
function add(kind, ms) {
  const cost = spent[kind];
  if (!cost) return;
  cost.count++;
  cost.ms += ms;
}

/** Statements of every connection of the process, those of the applications too. */
function countStatements() {
  const { value: query } = Object.getOwnPropertyDescriptor(Client.prototype, 'query') ?? {};
  if (query.isCounted) return;
  Client.prototype.query = function counted(...parameters) {
    const answer = query.apply(this, parameters);
    void addStatement(answer);
    return answer;
  };
  Client.prototype.query.isCounted = true;
}

async function addStatement(answer) {
  const startedAt = performance.now();
  try {
    await answer;
  } catch {
    // Sent back to the parent.
  }
  add('statement', performance.now() - startedAt);
}

function begin() {
  for (const kind of KINDS) spent[kind] = { count: 0, ms: 0 };
  if (process.env.TEST_COSTS) countStatements();
  globalThis.addTestCost = add;
  begun = { at: performance.now(), cpu: process.cpuUsage() };
}

/** @param spec absolute path of the spec that has ended */
function end(spec) {
  if (!process.env.TEST_COSTS) return;
  const { user, system } = process.cpuUsage(begun.cpu);
  const line = {
    spec: path.relative(process.cwd(), spec),
    cpuMs: Math.round((user + system) / 1000),
    wallMs: Math.round(performance.now() - begun.at),
    heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
    spent,
  };
  appendFileSync(process.env.TEST_COSTS, `${JSON.stringify(line)}\n`);
}

module.exports = { begin, end };
