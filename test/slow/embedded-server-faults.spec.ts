import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { chmodSync, renameSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { findBinaries } from '../../src/platform/embedded-postgres/binaries';
import { initialise } from '../../src/platform/embedded-postgres/cluster-init';
import { locateCluster } from '../../src/platform/embedded-postgres/cluster-location';
import { startServer } from '../../src/platform/embedded-postgres/postmaster';
import {
  children,
  root,
  settings,
  folder,
  dataDir,
  start,
  startRefused,
  query,
  answers,
  contents,
  record,
  recordedPid,
  useEmptyFolder,
} from '../support/embedded';
import { startRogue } from '../support/rogue-server';

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

  test('a killed server is started again, even where another process has its process number', async () => {
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
    const place = await locateCluster(dataDir);
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
    useEmptyFolder();
    mkdirSync(dataDir);
    const place = await locateCluster(dataDir);
    const broken = join(folder, 'initdb');
    writeFileSync(broken, '#!/bin/sh\necho no space left >&2\nexit 1\n', { mode: 0o600 });
    const attempt = () => initialise(place, { initdb: broken, pgCtl: broken }, false);
    await expect(attempt()).rejects.toThrow(/cannot execute .*initdb: .*EACCES[\s\S]*DATABASE_URL=postgres:/);
    chmodSync(broken, 0o755);
    await expect(attempt()).rejects.toThrow(/initdb failed.\nno space left\n[\s\S]*DATABASE_URL=postgres:/);
    expect(contents()).toEqual(['postgres.json']);
  });
});
