'use strict';

// `npm run new:module NAME`: a module of yours, made after examples/notes.
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const EXAMPLE = path.join(ROOT, 'examples/notes');
const TEAM = path.join(ROOT, 'src/app.module.ts');
const TIMESTAMP = '1795600000000';

/** Words that make no name of a class, a variable or a table. */
const RESERVED = new Set(
  'all and any array as asc both case cast check class columns const constraint create default delete desc distinct do else end enum export extends false fetch for foreign from function grant group having if import in index initially inner into is join leading left like limit natural new not null offset on only or order outer package primary private protected public references return right select session-user some static super switch table then this throw to trailing true try type typeof union unique user using var variadic void when where while window with yield'.split(
    ' ',
  ),
);

class Refusal extends Error {}

/** How the module is called in each of the places where the example says notes, Notes, note and Note. */
function namesOf(plural) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plural ?? ''))
    throw new Refusal(
      'Name the module in small letters, digits and hyphens, in the plural: npm run new:module invoices',
    );
  const singular = singularOf(plural);
  if (RESERVED.has(plural) || RESERVED.has(singular))
    throw new Refusal(`"${plural}" means something to TypeScript or SQL. Choose another name.`);
  return { plural, singular };
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

/** The example's text with other names. What is an address, a permission or a file stays in kebab-case, what SQL reads gets underscores. */
function renamed(text, { plural, singular }, timestamp) {
  const sql = (statement) => statement.replace(/\bnotes(?=\b|_)/g, snake(plural));
  return text
    .replaceAll(TIMESTAMP, timestamp)
    .replace(/`CREATE TABLE[^`]*`|'CREATE INDEX[^']*'|'SELECT id FROM notes[^']*'/g, sql)
    .replaceAll("@Entity('notes')", `@Entity('${snake(plural)}')`)
    .replaceAll("tables: ['notes']", `tables: ['${snake(plural)}']`)
    .replaceAll("section: 'notes'", `section: '${camel(plural)}'`)
    .replaceAll('data.notes', `data.${camel(plural)}`)
    .replaceAll("details->>'note'", `details->>'${camel(singular)}'`)
    .replaceAll('data: { notes:', `data: { ${camel(plural)}:`)
    .replaceAll('create-notes', `create-${plural}`)
    .replace(/(?<=(['/`(]|\.\/))notes(?=['/.:?`])/g, plural)
    .replace(/(?<=['/])note(?=[.\-'])/g, singular)
    .replace(/(?<=summary: '[^']*)\bnotes?\b|(?<=: '(Read|Write)[^']*)\bnotes?\b/g, (word) =>
      words(word === 'notes' ? plural : singular).join(' '),
    )
    .replace(/\bnotes\b/g, camel(plural))
    .replace(/\bnote\b/g, camel(singular))
    .replaceAll('Notes', pascal(plural))
    .replaceAll('Note', pascal(singular))
    .replaceAll('NOTE', snake(singular).toUpperCase());
}

/** Later than every migration that there is, so that it runs after them wherever they have run. */
function nextTimestamp() {
  const taken = readdirSync(path.join(ROOT, 'src'), { recursive: true })
    .map((name) => Number(/(\d{13})-[^/\\]*\.ts$/.exec(name)?.[1] ?? 0))
    .concat(Number(TIMESTAMP), Date.now());
  return String(Math.max(...taken) + 1);
}

/** What is written where, by path below the project. */
function filesFor(names) {
  const timestamp = nextTimestamp();
  const files = readdirSync(EXAMPLE, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.map((entry) => {
    const from = path.relative(EXAMPLE, path.join(entry.parentPath ?? entry.path, entry.name));
    const isSpec = from.endsWith('.spec.ts');
    const name = from
      .replace(TIMESTAMP, timestamp)
      .replace(/\bnotes\b/, names.plural)
      .replace(/\bnote\b/, names.singular);
    const text = renamed(readFileSync(path.join(EXAMPLE, from), 'utf8'), names, timestamp);
    return isSpec
      ? [
          `test/${name}`,
          text.replaceAll('../../test/kit', './kit').replace("from '.'", `from '../src/${names.plural}'`),
        ]
      : [`src/${names.plural}/${name}`, text.replaceAll('../../src/', '../')];
  });
}

/** The team's list of modules with one more. */
function withModule(text, { plural }) {
  const name = `${pascal(plural)}Module`;
  if (new RegExp(`\\b${name}\\b`).test(text)) return text;
  if (!/imports: \[/.test(text))
    throw new Refusal('src/app.module.ts has no "imports: [" to add the module to.');
  const lastImport = text.lastIndexOf('\nimport ');
  const end = text.indexOf(';\n', lastImport) + 2;
  const imported = `${text.slice(0, end)}import { ${name} } from './${plural}';\n${text.slice(end)}`;
  return imported.replace(/imports: \[([^\]]*?),?\s*\]/, (_, list) => `imports: [${list}, ${name}]`);
}

function write(file, text) {
  const target = path.join(ROOT, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  process.stdout.write(`  ${file}\n`);
}

function run(command, ...parameters) {
  const isWindows = process.platform === 'win32';
  execFileSync(isWindows ? `${command}.cmd` : command, parameters, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: isWindows,
  });
}

function main([plural]) {
  const names = namesOf(plural);
  const files = filesFor(names);
  for (const taken of [`src/${names.plural}`, `test/${names.plural}.spec.ts`])
    if (existsSync(path.join(ROOT, taken)))
      throw new Refusal(`${taken} is there already. Choose another name.`);
  const team = withModule(readFileSync(TEAM, 'utf8'), names);
  process.stdout.write('Writing\n');
  for (const [file, text] of files) write(file, text);
  write('src/app.module.ts', team);
  run(
    'npx',
    'prettier',
    '--log-level',
    'warn',
    '--write',
    ...files.map(([file]) => file),
    'src/app.module.ts',
  );
  process.stdout.write('Writing anew what is made of the code (npm run regenerate)\n');
  run('npm', 'run', '--silent', 'regenerate');
  process.stdout.write(
    `\nThere it is: http://localhost:3000/v1/${names.plural}, for roles with ${names.plural}:read.\n` +
      `  → npx jest test/${names.plural}   its tests\n` +
      `  → change src/${names.plural} to what you need, the table first: migrations/ is not to be changed once it has run\n` +
      '  → npm run regenerate, and commit all of it\n',
  );
}

module.exports = { namesOf };

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(error instanceof Refusal ? `${error.message}\n` : `${error.stack}\n`);
    process.exitCode = 1;
  }
}
