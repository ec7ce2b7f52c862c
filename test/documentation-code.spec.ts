import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPages, tablesOf } from './support/pages';

/** Code in a page, and the file that it is taken from. */
interface CodeBlock {
  readonly page: string;
  readonly file: string;
  readonly code: string;
}

/** Every block of TypeScript that stands under the name of a file, in a line of its own. */
function codeBlocks(): CodeBlock[] {
  return readPages().flatMap(({ path: page, text }) =>
    [...text.matchAll(/^`([^`\n]+\.ts)`\n\n```ts\n([^]*?)^```$/gm)].map(([, file = '', code = '']) => ({
      page,
      file,
      code,
    })),
  );
}

/** What a page says of a file: the module of the example is quoted as it reads where a team has its own. */
function quoted(file: string): string {
  const path = file
    .replace(/^src\/notes\//, 'examples/notes/')
    .replace(/^test\/notes\.spec\.ts$/, 'examples/notes/notes.spec.ts');
  const text = readFileSync(join(__dirname, '..', path), 'utf8');
  if (path.startsWith('client/examples/')) return text.replace('../src/index.ts', 'gatehouse-client');
  if (path === file) return text;
  return text
    .replaceAll('../../../src/', '../../')
    .replaceAll('../../src/', '../')
    .replaceAll('../../test/kit', './kit')
    .replace("import { NotesModule } from '.';\n", '')
    .replace('startApp({ alone: true, modules: [NotesModule] })', 'startApp()');
}

/** Where its lines break is a matter of how long they are. */
function unbroken(code: string): string {
  return code
    .replace(/\s+/g, ' ')
    .replace(/(?<=[([{]) | (?=[)\]}])/g, '')
    .replace(/,(?=[)\]}])/g, '')
    .trim();
}

/** How many lines of it are written by hand: neither blank ones nor imports. */
function linesWritten(file: string): number {
  const written = quoted(file).replace(/^import [^;]*;\n/gm, '');
  return written.split('\n').filter((line) => line.trim() !== '').length;
}

describe('code in a page', () => {
  const blocks = codeBlocks();

  it('is found', () => {
    expect([...new Set(blocks.map(({ page }) => page))].toSorted()).toEqual([
      'docs/add-a-module.md',
      'docs/bodies.md',
      'docs/clients.md',
      'docs/extending.md',
      'docs/testing.md',
      'docs/validation.md',
    ]);
  });

  it.each(blocks)('$page has what is in $file', ({ file, code }) => {
    expect(unbroken(quoted(file))).toContain(unbroken(code));
  });

  it('that adds a module is all of it, and its lines are counted', () => {
    const page = readPages().find(({ path }) => path === 'docs/add-a-module.md');
    const shown = blocks.filter((block) => block.page === page?.path);
    for (const { file, code } of shown) expect(unbroken(code)).toBe(unbroken(quoted(file)));
    const [, ...rows] = (page ? tablesOf(page) : []).find(([titles]) => titles?.[0] === 'file') ?? [];
    const counted = rows.map(([file, lines]) => [file, lines]);
    expect(counted).toEqual(shown.map(({ file }) => [`\`${file}\``, String(linesWritten(file))]));
  });
});
