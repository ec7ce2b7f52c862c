'use strict';

// Runs in a worker thread, which has the dictionaries to itself: they take a while to load, and an estimate may take a
// third of a second. Plain JavaScript, because a thread started by the tests cannot load TypeScript.
const { Options, ZxcvbnFactory } = require('@zxcvbn-ts/core');
const common = require('@zxcvbn-ts/language-common');
const english = require('@zxcvbn-ts/language-en');

// An estimate takes time with more than the square of the length, and with every way to undo leetspeak.
const PIECE = 64;
const SUBSTITUTIONS = 10;

/**
 * The dictionaries, with the fourteen small ones of words that follow one another (`monday`, `tuesday`) in one: each part of a password is
 * looked up in each dictionary, and these took two thirds of the time. The order within each of them remains, which is what counts.
 */
function fewerDictionaries(dictionaries) {
  const options = new Options();
  const isSequence = ([name]) => options.isWordSequence(name);
  const all = Object.entries(dictionaries);
  const sequences = all.filter(isSequence).map(([, words]) => words);
  const longest = Math.max(...sequences.map((words) => words.length));
  const inTurn = Array.from({ length: longest }, (_, rank) =>
    sequences.flatMap((words) => words[rank] ?? []),
  );
  return {
    ...Object.fromEntries(all.filter((entry) => !isSequence(entry))),
    // The library identifies a sequence by the name of its dictionary.
    [options.wordSequenceNames[0]]: [...new Set(inTurn.flat())],
  };
}

const estimator = new ZxcvbnFactory({
  dictionary: fewerDictionaries({ ...common.dictionary, ...english.dictionary }),
  graphs: common.adjacencyGraphs,
  // In UTF-16 units, where a piece is counted in characters.
  maxLength: 2 * PIECE,
  l33tMaxSubstitutions: SUBSTITUTIONS,
});

/**
 * @param {{ password: string, words: string[], enough: number }} work the words are those of the user and of the application
 * @returns {'common' | 'personal' | 'guessable' | undefined} what is wrong with it, where it takes fewer guesses than
 *   enough: it stands in the list of common passwords as a whole, or takes enough guesses only of those who do not know the words
 */
function weaknessOf({ password, words, enough }) {
  const all = Array.from(password);
  // Cut into pieces, a text would lose what it repeats.
  const characters = all.length > PIECE ? unitOf(all) : all;
  const pieces = Array.from({ length: Math.ceil(characters.length / PIECE) }, (_, index) =>
    characters.slice(index * PIECE, (index + 1) * PIECE).join(''),
  );
  // Guessing all of it takes no fewer guesses than one piece of it.
  const resists = (known) => pieces.some((piece) => estimator.check(piece, known).guesses >= enough);
  if (isCommon(password)) return 'common';
  if (resists(words)) return undefined;
  return resists([]) ? 'personal' : 'guessable';
}

/** What a text repeats from its beginning to its end, where it does: `abc` of `abcabcab`. */
function unitOf(characters) {
  const borders = [0];
  for (let end = 1, border = 0; end < characters.length; end++) {
    while (border > 0 && characters[end] !== characters[border]) border = borders[border - 1];
    if (characters[end] === characters[border]) border++;
    borders.push(border);
  }
  const period = characters.length - borders[characters.length - 1];
  return period <= characters.length / 2 ? characters.slice(0, period) : characters;
}

const COMMON = new Set(common.dictionary['passwords-common']);

function isCommon(password) {
  return COMMON.has(password.toLowerCase());
}

module.exports = { weaknessOf };
