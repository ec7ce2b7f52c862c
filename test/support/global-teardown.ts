import { Client } from 'pg';

declare global {
  // Set by the test environment where specs run in the process of jest, which replaces `process.exit` there.
  var exitProcess: (() => void) | undefined;
}

/** For jest to write what it has to say. */
const LAST_MS = 10_000;

export default async function tearDown(): Promise<void> {
  await globalThis.closeShared?.();
  const server = globalThis.gatehouseTestServer;
  if (server?.stays) await dropDatabases(server.url);
  await server?.stop();
  const exit = globalThis.exitProcess ?? (() => process.exit());
  // Node 20 may spin for ever in the cleanup of a process that ends by itself with handles of specs that ran in it (`CleanupHandles`).
  process.once('beforeExit', exit);
  // A run ends by itself, but for what a test that failed half-way may have left open.
  setTimeout(exit, LAST_MS).unref();
}

/** Those that the applications and specs of this run have made. */
async function dropDatabases(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { GATEHOUSE_TEST_PREFIX: prefix = '', GATEHOUSE_TEST_TEMPLATE: template = '' } = process.env;
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE datname = $1 OR (starts_with(datname, $2) AND $2 <> $3)',
    [template, prefix, ''],
  );
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  await client.end();
}
