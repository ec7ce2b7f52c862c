'use strict';

const { spawn } = require('node:child_process');
const { existsSync, readFileSync, rmSync } = require('node:fs');
const path = require('node:path');

const LONGEST_MS = 15 * 60_000;

const running = new Set();

/** Ends what was started and is still running. */
function stopAll() {
  for (const child of running) stop(child);
}

/**
 * Runs specs of the copy.
 * @param {import('./copy').TreeCopy} copy
 * @param {string[]} specs in their order
 * @param {{ workers: number, bail?: boolean, config?: string, limitMs?: number }} options
 * @returns {Promise<{ failures: object[], seconds: number }>} what failed; a run without a result is a failure, too
 */
async function runSpecs(
  copy,
  specs,
  { workers, bail = false, config = 'jest.config.js', limitMs = LONGEST_MS },
) {
  const report = path.join(copy.work, 'report.json');
  rmSync(report, { force: true });
  const began = Date.now();
  const parameters = [
    'node_modules/jest/bin/jest.js',
    `--config=${config}`,
    `--maxWorkers=${workers}`,
    `--cacheDirectory=${path.join(copy.work, 'cache')}`,
    `--testSequencer=${path.join(__dirname, 'jest-order.js')}`,
    `--reporters=${path.join(__dirname, 'jest-report.js')}`,
    ...(bail ? ['--bail'] : []),
    '--silent',
    '--runTestsByPath',
    ...specs,
  ];
  const env = { ...process.env, MUTATE_SPECS: JSON.stringify(specs), MUTATE_REPORT: report };
  const { output, timedOut } = await run(copy, parameters, { env, limitMs });
  const seconds = Math.round((Date.now() - began) / 1_000);
  if (existsSync(report)) return { ...JSON.parse(readFileSync(report, 'utf8')), seconds };
  const message = timedOut ? `no result after ${limitMs / 60_000} minutes` : output.slice(-600);
  return { failures: [{ spec: 'the setup of the run', test: null, loaded: false, message }], seconds };
}

/** Builds the copy. A type error does not matter, as long as there is something to run. @returns whether there is */
async function build(copy) {
  rmSync(path.join(copy.root, 'dist'), { recursive: true, force: true });
  const { output } = await run(copy, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], {
    limitMs: LONGEST_MS,
  });
  const isBuilt = copy.has('dist/main.js');
  return { isBuilt, hasTypeErrors: /error.*TS\d+/.test(output), output };
}

function run(copy, parameters, { env = process.env, limitMs }) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that workers that a bail left behind can be ended with it.
    const detached = process.platform !== 'win32';
    const child = spawn(process.execPath, parameters, { cwd: copy.root, env, detached });
    running.add(child);
    let output = '';
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const timer = setTimeout(() => {
      timedOut = true;
      stop(child);
    }, limitMs);
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      stop(child);
      running.delete(child);
      resolve({ output, timedOut });
    });
  });
}

function stop(child) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

module.exports = { build, runSpecs, stopAll };
