import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// Every module declares the settings it reads.
import '../src/app.module';
import { Environment } from '../src/platform/config';
import { AUTH_SECRET, PRODUCTION } from './support/settings';

/** What stands in backticks in the first cell of a Markdown table's row. */
function settingsIn(page: string): string[] {
  const firstCells = page.split('\n').map((line) => /^\s*\|((?:[^|\\]|\\.)*)\|/.exec(line)?.[1] ?? '');
  return firstCells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name = '']) => name),
  );
}

describe('docs/operations.md', () => {
  const documented = settingsIn(readFileSync(join(__dirname, '../docs/operations.md'), 'utf8'));
  const read = [new Environment({ AUTH_SECRET }), new Environment(PRODUCTION)].flatMap((environment) => [
    ...environment.verified().names,
  ]);

  it.each([...new Set(read)])('has a row for %s', (name) => {
    expect(documented).toContain(name);
  });

  it('has one row for each', () => {
    expect(documented.filter((name, index) => documented.indexOf(name) !== index)).toEqual([]);
  });
});
