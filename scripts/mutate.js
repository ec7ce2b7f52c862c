'use strict';

// `npm run mutate`: puts one fault at a time into a copy of the project, and tells whether the tests notice it.
const { execFileSync } = require('node:child_process');
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const MUTATIONS = require('./mutations');
const { TreeCopy } = require('./mutations/copy');
const { build, runSpecs, stopAll } = require('./mutations/jest-run');
const { relatedSlowSpecs, relatedSpecs } = require('./mutations/related');
const { scoreOf, tableOf } = require('./mutations/score');

const FEWEST_PERCENT = 90;
const SLOW = 'jest.slow.config.js';

/** Something that the caller has to put right first. */
class Refusal extends Error {}

function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      out: { type: 'string' },
      slow: { type: 'boolean', default: false },
      tree: { type: 'string', default: path.join(__dirname, '..') },
      workers: { type: 'string', default: '2' },
    },
  });
  const only = values.only?.split(',').map(Number);
  const unknown = only?.filter((number) => !MUTATIONS[number - 1]) ?? [];
  if (unknown.length > 0)
    throw new Refusal(`--only takes numbers from 1 to ${MUTATIONS.length}, with commas.`);
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1) throw new Refusal('--workers takes a number from 1.');
  const mutations = MUTATIONS.filter(({ number }) => only?.includes(number) ?? true);
  return { ...values, tree: path.resolve(values.tree), workers, mutations };
}

/** @throws Refusal that names each mutation whose text does not stand in its file exactly once */
function assertApplicable(tree) {
  const faults = MUTATIONS.flatMap(({ number, name, file, find }) => {
    const count = tree.has(file) ? tree.read(file).split(find).length - 1 : 0;
    return count === 1 ? [] : [`  ${number} "${name}": found ${count} times in ${file}\n      ${find}`];
  });
  if (faults.length > 0)
    throw new Refusal(
      `${faults.length} of ${MUTATIONS.length} mutations do not apply:\n${faults.join('\n')}\n  → change scripts/mutations to what the code is now`,
    );
}

/** @throws Refusal where specs fail without a mutation; one that fails once and then passes was disturbed by the machine */
async function assertGreen(tree, specs, options) {
  say(`${specs.length} related specs without a mutation …`);
  const { failures, passed, seconds } = await runSpecs(tree, specs, { ...options, limitMs: 3 * 3_600_000 });
  const red = specs.filter((spec) => failures.some((failure) => failure.spec === spec));
  if (failures.length > 0 && red.length === 0) throw new Refusal(`jest did not run:\n${failures[0].message}`);
  say(`  ${passed} tests passed, ${failures.length} failed (${seconds} s)`);
  if (red.length === 0) return;
  say(`  once more: ${red.join(' ')}`);
  const again = await runSpecs(tree, red, options);
  if (again.failures.length === 0) return;
  const lines = again.failures.map(({ spec, test }) => `  ${spec} › ${test ?? 'not loaded'}`);
  throw new Refusal(`Specs fail without a mutation:\n${lines.join('\n')}`);
}

async function withMutation(tree, { file, find, replace }, work) {
  const original = tree.read(file);
  // A function, because `$` means something in a text that replaces.
  tree.write(
    file,
    original.replace(find, () => replace),
  );
  try {
    return await work();
  } finally {
    tree.write(file, original);
  }
}

/** What the specs said of a mutation. */
function resultOf({ number, name, file }, { failures, seconds }, kind) {
  const [failure] = failures;
  const isTimeout = failures.length > 0 && failures.every(({ message }) => /exceeded timeout/i.test(message));
  return { number, name, file, caughtBy: failure ? kind : null, ...failure, isTimeout, seconds };
}

function lineOf({ number, name, caughtBy, spec, test, loaded, isTimeout, seconds }) {
  const how = loaded ? `› ${test}${isTimeout ? ' (timed out)' : ''}` : 'could not be run';
  const outcome = caughtBy ? `caught by ${spec} ${how}` : 'SURVIVED';
  return `${String(number).padStart(3)}  ${name}: ${outcome} (${seconds} s)`;
}

async function tryUsual(tree, { mutations, workers }) {
  const { usual } = tree.specs();
  const related = new Map(mutations.map((mutation) => [mutation, relatedSpecs(mutation.file, usual)]));
  await assertGreen(tree, [...new Set([...related.values()].flat())], { workers });
  const results = [];
  for (const [mutation, specs] of related) {
    const run = await withMutation(tree, mutation, async () =>
      runSpecs(tree, specs, { workers, bail: true }),
    );
    results.push(resultOf(mutation, run, 'usual'));
    say(lineOf(results.at(-1)));
  }
  return results;
}

/** The survivors again, with the specs that run the built application. @returns the results with what these caught */
async function trySlow(tree, results, { mutations, workers }) {
  const { slow } = tree.specs();
  const survivors = mutations.filter(({ number }) =>
    results.some((each) => each.number === number && !each.caughtBy),
  );
  if (survivors.length === 0) return results;
  say(`\n${survivors.length} survivors and the slow specs`);
  const options = { workers, config: SLOW };
  const related = new Map(survivors.map((mutation) => [mutation, relatedSlowSpecs(mutation.file, slow)]));
  await built(tree);
  await assertGreen(tree, [...new Set([...related.values()].flat())], options);
  const again = [];
  for (const [mutation, specs] of related) {
    const run = await withMutation(tree, mutation, async () => {
      await built(tree);
      return runSpecs(tree, specs, { ...options, bail: true, limitMs: 3_600_000 });
    });
    again.push(resultOf(mutation, run, 'slow'));
    say(lineOf(again.at(-1)));
  }
  return results.map((result) => again.find(({ number }) => number === result.number) ?? result);
}

async function built(tree) {
  const { isBuilt, hasTypeErrors, output } = await build(tree);
  if (!isBuilt) throw new Refusal(`The copy could not be built:\n${output.slice(-1_000)}`);
  if (hasTypeErrors) say('     built in spite of type errors');
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

async function main(args) {
  const options = optionsOf(args);
  if (!existsSync(path.join(options.tree, 'node_modules')))
    throw new Refusal(`${options.tree} has no node_modules.\n  → npm ci`);
  const startedAt = new Date().toISOString();
  const tree = new TreeCopy(options.tree);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      stopAll();
      tree.remove();
      process.exit(130);
    });
  try {
    assertApplicable(tree);
    const usual = await tryUsual(tree, options);
    const results = options.slow ? await trySlow(tree, usual, options) : usual;
    const score = scoreOf(results);
    say(`\n${tableOf(score)}`);
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: options.tree, encoding: 'utf8' }).trim();
    const outcome = { commit, startedAt, endedAt: new Date().toISOString(), score, mutations: results };
    if (options.out) writeFileSync(options.out, `${JSON.stringify(outcome, undefined, 2)}\n`);
    if (score.all.percent < FEWEST_PERCENT) process.exitCode = 1;
  } finally {
    tree.remove();
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(error instanceof Refusal ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 2;
});
