import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Variables } from '../../src/platform/config';

const FILE = join(__dirname, '../../.env.test');

/** What `.env.test` has: the settings that a team's modules need in every test. */
export const TEAM_SETTINGS: Variables = existsSync(FILE) ? parseEnv(readFileSync(FILE, 'utf8')) : {};

/**
 * Puts variables where packages that are not of Gatehouse read them: into `process.env`.
 * @param names of those that a settings class reads, which stay out of it
 * @returns a function that restores it
 */
export function shareWithPackages(variables: Variables, names: ReadonlySet<string>): () => void {
  const foreign = Object.keys(variables).filter((name) => !names.has(name));
  const former = foreign.map((name) => [name, process.env[name]] as const);
  for (const name of foreign) setVariable(name, variables[name]);
  return () => former.forEach(([name, value]) => setVariable(name, value));
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
