import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { type Binaries, findBinaries } from '../../src/platform/embedded-postgres/binaries';
import {
  EmbeddedServer,
  type EmbeddedServerOptions,
  EmbeddedServerUnavailable,
} from '../../src/platform/embedded-postgres';

export const root = process.getuid?.() === 0;
// Tests of what only root meets are skipped by name for everybody else.
export const asRoot = root ? test : test.skip;
export const settings = { fsync: 'off' };

// Making a cluster takes most of a first start, so the tests share one wherever an empty folder is not the point.
const sharedFolder = mkdtempSync(join(tmpdir(), 'gatehouse-shared-'));
const folderName = `it's dätä`;
export let folder: string;
export let dataDir: string;
const running: EmbeddedServer[] = [];
export const children: ChildProcess[] = [];

// Started by root, the server runs as another account, which needs access to these folders.
const umask = process.umask(0o022);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-embedded-'));
  for (const path of [folder, sharedFolder]) chmodSync(path, 0o755);
  dataDir = join(sharedFolder, folderName);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop();
  // One that a killed child or a failed test left behind.
  if (recordedPid()) await (await EmbeddedServer.start({ dataDir })).stop();
  rmSync(folder, { recursive: true });
});

afterAll(() => {
  process.umask(umask);
  rmSync(sharedFolder, { recursive: true });
});

export async function start(options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
  const server = await EmbeddedServer.start({ dataDir, settings, ...options });
  running.push(server);
  return server;
}

export async function startRefused(
  options: Partial<EmbeddedServerOptions> = {},
): Promise<EmbeddedServerUnavailable> {
  const outcome = await start(options).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(EmbeddedServerUnavailable);
  return outcome as EmbeddedServerUnavailable;
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function answers(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  );
}

/** Starts the server in a process of its own, which stops it when its standard input ends. */
export async function startInChild(): Promise<{ child: ChildProcess; url: string; adopted: boolean }> {
  const runner = join(__dirname, 'embedded-server-runner.js');
  const child = spawn(process.execPath, [runner, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...(JSON.parse(line) as { url: string; adopted: boolean }) };
  }
  throw new Error('the child ended without a server');
}

export async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** What findBinaries does where the account cannot reach the place that npm put them in. */
export async function findUnreachableBinaries(...args: Parameters<typeof findBinaries>): Promise<Binaries> {
  const load = createRequire(__filename);
  const [path, child] = ['binaries', 'child'].map((name) =>
    load.resolve(`../../src/platform/embedded-postgres/${name}`),
  ) as [string, string];
  const [itself, original] = [load.cache[path], load.cache[child]];
  try {
    delete load.cache[path];
    const exports = { testPathAs: () => false } satisfies Partial<
      typeof import('../../src/platform/embedded-postgres/child')
    >;
    load.cache[child] = { ...original, exports } as NodeJS.Module;
    return await (load(path) as { findBinaries: typeof findBinaries }).findBinaries(...args);
  } finally {
    Object.assign(load.cache, { [path]: itself, [child]: original });
  }
}

/** What lies in DATA_DIR, apart from the binaries' copy that a checkout inside root's home needs. */
export function contents(): string[] {
  return readdirSync(dataDir)
    .filter((name) => !name.startsWith('postgres-binaries-'))
    .toSorted();
}

export function record(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as Record<string, unknown>;
}

export function recordedPid(): number | undefined {
  if (!existsSync(join(dataDir, 'postgres.json'))) return undefined;
  const home = record()['outside'] ? outsideHome() : dataDir;
  const file = join(home, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

export function outsideHome(): string {
  return join('/var/lib/gatehouse', String(record()['id']));
}

/** For a test where the empty folder is the point. */
export function useEmptyFolder(): void {
  dataDir = join(folder, folderName);
}
