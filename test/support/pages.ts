import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');

/** A page of the documentation, by its path in the project. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** The pages on top of the project and all of `docs/`. */
export function readPages(): Page[] {
  const onTop = readdirSync(PROJECT);
  const below = readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [...onTop, ...below.map((name) => join('docs', name))]
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') }));
}

/** The cells of its tables, a row each, with the row of the table's titles first. */
export function tablesOf({ text }: Page): string[][][] {
  const blocks = text
    .split(/\n(?!\s*\|)/)
    .map((block) => block.split('\n').filter((line) => /^\s*\|/.test(line)));
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.filter((line) => !/^[\s|:-]+$/.test(line)).map(cellsOf));
}

function cellsOf(line: string): string[] {
  const cells = line.trim().replace(/^\||\|$/g, '');
  return [...cells.matchAll(/((?:[^|\\]|\\.)*)(?:\||$)/g)].map(([, cell = '']) => cell.trim());
}
