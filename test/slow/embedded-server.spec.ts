import { mkdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  dataDir,
  start,
  query,
  answers,
  startInChild,
  exited,
  contents,
  useEmptyFolder,
} from '../support/embedded';
import { eventually } from '../support/eventually';
import { expectTimes } from '../support/timing';

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
    useEmptyFolder();
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
    const { rows } = await client.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    const stopping = server.stop();
    const asked = `SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%others%' AND query_start > $1`;
    await eventually(async () => expect((await client.query(asked, [rows[0]?.now])).rowCount).toBe(1));
    await client.end();
    await stopping;
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
    await expectTimes(
      'a lock left by a killed process',
      async () => {
        mkdirSync(lock);
        const threeSecondsAgo = Date.now() / 1000 - 3;
        utimesSync(lock, threeSecondsAgo, threeSecondsAgo);
        const begunAt = performance.now();
        const server = await start();
        const startedMs = performance.now() - begunAt;
        await server.stop();
        return { 'started after, ms': startedMs };
      },
      (figures) => expect(figures['started after, ms']).toBeLessThan(2_500),
    );
  });
});
