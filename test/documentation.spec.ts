import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '../src/platform/config';
import { ALL_SETTINGS } from './support/all-settings';
import { readPages, tablesOf } from './support/pages';
import { AUTH_SECRET, PRODUCTION } from './support/settings';
import { TEAM_SETTINGS } from './support/team-settings';

const EXAMPLES = join(__dirname, '../examples/extensions');

/** Policies declare themselves when their file is loaded: load those of the examples, so that the order of specs is no matter. */
function loadExamples(): void {
  for (const file of readdirSync(EXAMPLES)) if (/(?<!\.spec)\.ts$/.test(file)) require(join(EXAMPLES, file));
}

/** What stands in backticks in the first cell of a row. */
function settingsIn([cell = '']: readonly string[]): string[] {
  return [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name = '']) => name);
}

describe('the tables of settings', () => {
  loadExamples();
  // Ours are in docs/operations.md; a team's in any page of its own.
  const tables = readPages()
    .flatMap(tablesOf)
    .filter(([titles]) => titles?.[0] === 'variable');
  const documented = tables.flat().flatMap(settingsIn);
  const read = [{ AUTH_SECRET, ...TEAM_SETTINGS }, PRODUCTION].flatMap((variables) => [
    ...new Environment(variables).validated(ALL_SETTINGS).names,
  ]);

  it.each([...new Set(read)])('have a row for %s', (name) => {
    expect(documented).toContain(name);
  });

  it('have one row for each', () => {
    expect(documented.filter((name, index) => documented.indexOf(name) !== index)).toEqual([]);
  });
});
