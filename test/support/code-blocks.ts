import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPages } from './pages';

/** Code in a page, and the file that it is taken from. */
export interface CodeBlock {
  readonly page: string;
  readonly file: string;
  readonly code: string;
}

/** Every block of TypeScript that stands under the name of a file, in a line of its own. */
export function codeBlocks(): CodeBlock[] {
  return readPages().flatMap(({ path: page, text }) =>
    [...text.matchAll(/^`([^`\n]+\.ts)`\n\n```ts\n([^]*?)^```$/gm)].map(([, file = '', code = '']) => ({
      page,
      file,
      code,
    })),
  );
}

/** What a page says of a file: the module of the example is quoted as it reads where a team has its own. */
export function quoted(file: string): string {
  const path = file
    .replace(/^src\/notes\//, 'examples/notes/')
    .replace(/^test\/notes\.spec\.ts$/, 'examples/notes/notes.spec.ts');
  const text = readFileSync(join(__dirname, '../..', path), 'utf8');
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
export function unbroken(code: string): string {
  return code
    .replace(/\s+/g, ' ')
    .replace(/(?<=[([{]) | (?=[)\]}])/g, '')
    .replace(/,(?=[)\]}])/g, '')
    .trim();
}

/** How many lines of it somebody writes: neither blank ones nor imports. */
export function linesWritten(file: string): number {
  const written = quoted(file).replace(/^import [^;]*;\n/gm, '');
  return written.split('\n').filter((line) => line.trim() !== '').length;
}
