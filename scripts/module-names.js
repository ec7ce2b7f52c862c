'use strict';

// Derives the names of a new module and refuses words that cannot name one.
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const EXAMPLE = path.join(ROOT, 'examples/notes');

/** Words that cannot name a class, a variable or a table. */
const RESERVED = new Set(
  'all and any array as asc both case cast check class columns const constraint create default delete desc distinct do else end enum export extends false fetch for foreign from function grant group having if import in index initially inner into is join leading left like limit natural new not null offset on only or order outer package primary private protected public references return right select session-user some static super switch table then this throw to trailing true try type typeof union unique user using var variadic void when where while window with yield'.split(
    ' ',
  ),
);

class Refusal extends Error {}

/** Returns the plural and the singular that replace `notes` and `note` of the example. */
function namesOf(plural) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plural ?? ''))
    throw new Refusal(
      'Name the module in lower-case letters, digits and hyphens, in the plural: npm run new:module invoices',
    );
  const singular = singularOf(plural);
  const taken = [plural, singular].some(
    (word) => RESERVED.has(word) || pascal(word) in globalThis || importedByExample().has(pascal(word)),
  );
  if (taken)
    throw new Refusal(
      `"${plural}" is a reserved word of TypeScript or SQL, or a name that the module imports. Choose another name.`,
    );
  return { plural, singular };
}

/** Returns the names that the example imports; a class of the module must not have one of them. */
function importedByExample() {
  const texts = sourcesIn(EXAMPLE).filter((text) => !text.includes('describe('));
  const lists = texts.flatMap((text) => [
    ...text.matchAll(/import (?:type )?\{([^}]*)\} from '(?:@|typeorm|\.\.\/\.\.)/g),
  ]);
  return new Set(
    lists.flatMap(([, names]) => names.split(',').map((name) => name.replace('type ', '').trim())),
  );
}

/** Returns the names of all existing tables. */
function tables() {
  const statements = sourcesIn(path.join(ROOT, 'src')).flatMap((text) => [
    ...text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g),
  ]);
  return new Set(statements.map(([, name]) => name));
}

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

function singularOf(plural) {
  if (/[^aeiou]ies$/.test(plural)) return plural.replace(/ies$/, 'y');
  if (/(ss|sh|ch|x|z)es$/.test(plural)) return plural.replace(/es$/, '');
  if (/[^s]s$/.test(plural)) return plural.replace(/s$/, '');
  return `${plural}-entry`;
}

const words = (kebab) => kebab.split('-');
const upper = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const pascal = (kebab) => words(kebab).map(upper).join('');
const camel = (kebab) => kebab.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const snake = (kebab) => kebab.replaceAll('-', '_');

module.exports = { namesOf, tables, Refusal, pascal, camel, snake, words };
