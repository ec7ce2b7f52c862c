import { randomBytes } from 'node:crypto';
import { administer, databaseUrl } from './test-server';

export interface TestDatabase {
  readonly url: string;
  /** Takes it away at once; what is left after the run is dropped then. */
  drop(): Promise<void>;
}

/** A database of its own: migrated, or empty. */
export async function createDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = needed('GATEHOUSE_TEST_SERVER');
  const name = `${needed('GATEHOUSE_TEST_PREFIX')}${randomBytes(6).toString('hex')}`;
  // Copying files takes half the time of writing the copy into the log.
  const copied = empty ? '' : ` TEMPLATE ${needed('GATEHOUSE_TEST_TEMPLATE')} STRATEGY file_copy`;
  await administer(server, `CREATE DATABASE ${name}${copied}`);
  return {
    url: databaseUrl(server, name),
    drop: async () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is set by the global setup of jest`);
  return value;
}
