'use strict';

// `npm run new:module <name>`: creates a module from examples/notes.
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const ts = require('typescript');
const { camel, namesOf, pascal, Refusal, snake, tables, words } = require('./module-names');

const ROOT = path.join(__dirname, '..');
const EXAMPLE = path.join(ROOT, 'examples/notes');
const TEAM = path.join(ROOT, 'src/app.module.ts');
const TIMESTAMP = '1795600000000';

/** Renames the example: routes, permissions and files are kebab-case, names in SQL are snake_case. */
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
    .replace(/(?<=(summary|description): '[^']*)\bnotes?\b|(?<=: '(Read|Write)[^']*)\bnotes?\b/g, (word) =>
      words(word === 'notes' ? plural : singular).join(' '),
    )
    .replace(/\bnotes\b/g, camel(plural))
    .replace(/\bnote\b/g, camel(singular))
    .replaceAll('Notes', pascal(plural))
    .replaceAll('Note', pascal(singular))
    .replaceAll('NOTE', snake(singular).toUpperCase());
}

/** Returns a timestamp later than that of every existing migration, so that the new one runs after them. */
function nextTimestamp() {
  const taken = readdirSync(path.join(ROOT, 'src'), { recursive: true })
    .map((name) => Number(/(\d{13})-[^/\\]*\.ts$/.exec(name)?.[1] ?? 0))
    .concat(Number(TIMESTAMP), Date.now());
  return String(Math.max(...taken) + 1);
}

/** Returns pairs of a path in the project and the text to write there. */
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

/** Adds the module to the text of `app.module.ts`. */
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

/** Finds the array of the first `@Module({ imports: […] })`. */
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
      throw new Refusal(`${taken} already exists. Choose another name.`);
  if (tables().has(snake(names.plural)))
    throw new Refusal(`The table "${snake(names.plural)}" already exists. Choose another name.`);
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
  process.stdout.write('Regenerating the generated files (npm run regenerate)\n');
  run('npm', 'run', '--silent', 'regenerate');
  process.stdout.write(
    `\nCreated http://localhost:3000/v1/${names.plural}, for roles with ${names.plural}:read. Next:\n` +
      `  → npx jest test/${names.plural}   runs its tests\n` +
      `  → adapt src/${names.plural}, the table first: a migration must not change once it has run\n` +
      '  → npm run regenerate, then commit all files\n',
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
