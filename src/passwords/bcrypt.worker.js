'use strict';

// Runs in a worker thread: bcrypt on the main thread would hold up every other request. Plain JavaScript, because a
// thread started by the tests cannot load TypeScript.
const { compareSync, hashSync } = require('bcryptjs');

/**
 * Compares every text with its hash, and each one fully, whatever the ones before it gave: how long this takes must
 * depend on the costs alone.
 *
 * @param {{ attempts: { text: string, hash: string }[], decoys: { text: string, hash: string }[] }} work
 * @returns {boolean[]} for each attempt whether it matches
 */
function compare({ attempts, decoys }) {
  const matches = attempts.map((attempt) => compareSync(attempt.text, attempt.hash));
  for (const decoy of decoys) compareSync(decoy.text, decoy.hash);
  return matches;
}

/**
 * @param {{ text: string, cost: number }} work
 * @returns {string} `$2b$…`
 */
function hash({ text, cost }) {
  return hashSync(text, cost);
}

module.exports = { compare, hash };
