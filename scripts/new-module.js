'use strict';

// `npm run new:module ROLE_NAME_PATTERN`: a module of yours, made after examples/notes.
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const ts = require('typescript');
const { camel, namesOf, pascal, Refusal, snake, tables, words } = require('./module-names');

const ROOT = path.join(__dirname, '..');
const EXAMPLE = path.join(ROOT, 'examples/notes');
const TEAM = path.join(ROOT, 'src/app.module.ts');
const TIMESTAMP = '1795600000000';

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
      .replace(/\bnotes?\b/, (word) => (word === 'notes' ? names.plural : names.singular));
    const text = renamed(readFileSync(path.join(EXAMPLE, from), 'utf8'), names, timestamp);
    return isSpec
      ? [
          `test/${name}`,
          text
            .replaceAll('../../test/kit', './kit')
            .replace(/import \{ \w+Module \} from '\.';\n/, '')
            .replace(/startApp\(\{ alone: true, modules: \[\w+\] \}\)/, 'startApp()'),
        ]
      : [`src/${names.plural}/${name}`, text.replaceAll('../../src/', '../')];
  });
}

/** The team's list of modules with one more. */
function withModule(text, { plural }) {
  const name = `${pascal(plural)}Module`;
  const tree = ts.createSourceFile('app.module.ts', text, ts.ScriptTarget.ES2023, true);
  const imports = listOfImports(tree);
  if (!imports) throw new Refusal('src/app.module.ts has no @Module({ imports: […] }) to add the module to.');
  const statements = tree.statements.filter(ts.isImportDeclaration);
  const afterImports = statements.at(-1)?.end ?? 0;
  const last = imports.elements.at(-1);
  const afterList = last ? last.end : imports.getStart() + 1;
  const parts = [
    text.slice(0, afterImports),
    `\nimport { ${name} } from './${plural}';`,
    text.slice(afterImports, afterList),
    last ? `, ${name}` : name,
    text.slice(afterList),
  ];
  return parts.join('');
}

/** The array of the first `@Module({ imports: […] })`. */
function listOfImports(node) {
  const isList =
    ts.isPropertyAssignment(node) &&
    node.name.getText() === 'imports' &&
    ts.isArrayLiteralExpression(node.initializer) &&
    ts.isDecorator(node.parent.parent.parent);
  return isList ? node.initializer : ts.forEachChild(node, listOfImports);
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
  if (tables().has(snake(names.plural)))
    throw new Refusal(`There is a table "${snake(names.plural)}" already. Choose another name.`);
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

module.exports = { withModule };

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(error instanceof Refusal ? `${error.message}\n` : `${error.stack}\n`);
    process.exitCode = 1;
  }
}
