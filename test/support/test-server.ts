import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedServer } from '../../src/platform/embedded-postgres';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 6e9;

/** The server the suite runs on: that of DATABASE_URL where it is set, else an embedded one of its own. */
export interface TestServer {
  readonly url: string;
  /** Whether it is there after the run, with the databases that are left in it. */
  readonly stays: boolean;
  stop(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stays: true, stop: async () => undefined };
  const dataDir = mkdtempSync(join(fastFolder(), 'gatehouse-test-'));
  chmodSync(dataDir, 0o755);
  // Nothing of this outlives the run, so nothing has to reach the disk.
  const server = await EmbeddedServer.start({ dataDir, settings: { fsync: 'off', max_connections: '200' } });
  return {
    url: server.url,
    stays: false,
    stop: async () => {
      await server.stop();
      rmSync(server.directory, { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** In memory where the machine has enough: a run creates and removes about 50,000 files. */
function fastFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > NEEDED_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function administer(serverUrl: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
