import type { Client } from 'pg';
import { Feed } from '../src/platform/feed';
import type { TokenBody } from './support/api';
import { startApp, type TestApp, withApp } from './support/app';
import { createDatabase } from './support/database';
import { eventually } from './support/eventually';
import { readJws } from './support/jws';
import { Others } from './support/others';
import { expectProblem } from './support/problem';
import { administer } from './support/test-server';
import { Traffic, statusesOf } from './support/traffic';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';
/** The connection that the feed reads by, seen from another one. */
const READERS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'pg_current_snapshot|LISTEN|FETCH|CURSOR'`;

const sessionOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sid);

describe('the connection that the feed reads by', () => {
  let app: TestApp;
  let others: Others;
  let other: Client;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startApp({ log, env: { LOG_LEVEL: 'info' } });
    others = new Others(app.databaseUrl);
    other = await others.connect();
  });

  afterAll(async () => {
    await others.close();
    await app.close();
  });

  const statusOf = async ({ accessToken }: TokenBody) =>
    (await app.api.get('/v1/auth/principal', { token: accessToken })).status;
  const readers = async () => (await other.query<{ pid: number }>(READERS)).rows;
  const cut = async () => other.query(`SELECT pg_terminate_backend(pid) FROM (${READERS}) AS reader`);
  /** Nobody gets in until it is done; who is in stays. */
  const lockedOut = async (work: () => Promise<void>) => {
    const name = new URL(app.databaseUrl).pathname.slice(1);
    const allow = async (whether: boolean) =>
      administer(
        process.env.GATEHOUSE_TEST_SERVER ?? '',
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${whether}`,
      );
    await allow(false);
    try {
      await work();
    } finally {
      await allow(true);
    }
  };

  it('is one', async () => {
    await app.nest.get(Feed).changed();
    expect(await readers()).toHaveLength(1);
  });

  it('may be cut again and again: it comes back, no request fails, nothing that happened meanwhile is missed', async () => {
    const kept = await app.signIn();
    const traffic = new Traffic();
    for (let client = 0; client < 4; client++)
      traffic.of('principal', async () => app.api.get('/v1/auth/principal', { token: kept.accessToken }));
    for (let time = 0; time < 8; time++) {
      const [before, after] = [await app.signIn(), await app.signIn()];
      await other.query(END, [sessionOf(before)]);
      await cut();
      await other.query(END, [sessionOf(after)]);
      await eventually(async () => {
        expect([await statusOf(before), await statusOf(after)]).toEqual([401, 401]);
      });
    }
    await traffic.end();
    expect(statusesOf(traffic.samples)).toEqual([200]);
    await eventually(async () => expect(await readers()).toHaveLength(1));
  }, 20_000);

  it('hears others at once again after it was cut', async () => {
    const [pid] = await readers();
    await cut();
    await eventually(async () => {
      const [now] = await readers();
      expect(now).toBeDefined();
      expect(now).not.toEqual(pid);
    });
    const heardWithin = async () => {
      const tokens = await app.signIn();
      const ended = performance.now();
      await other.query(END, [sessionOf(tokens)]);
      await other.query('NOTIFY gatehouse_changes');
      await eventually(async () => expect(await statusOf(tokens)).toBe(401));
      return performance.now() - ended;
    };
    const lags: number[] = [];
    for (let time = 0; time < 9; time++) lags.push(await heardWithin());
    // By the poll alone, half of them would take longer than half its period.
    expect(lags.toSorted((a, b) => a - b)[4]).toBeLessThan(150);
  });

  it('is the only one after its reading failed many times', async () => {
    const tokens = await app.signIn();
    await other.query('ALTER TABLE changes RENAME TO lost');
    for (let time = 0; time < 12; time++) await app.nest.get(Feed).changed();
    expectProblem(await app.api.get('/v1/auth/principal', { token: tokens.accessToken }), 503, 'unavailable');
    await eventually(async () => expect((await readers()).length).toBeLessThanOrEqual(1));
    await other.query('ALTER TABLE lost RENAME TO changes');
    expect(await statusOf(tokens)).toBe(200);
    await eventually(async () => expect(await readers()).toHaveLength(1));
  });

  it('was gone for longer than anything is remembered: what holds now is read anew', async () => {
    const tokens = await app.signIn();
    const kidOf = ({ accessToken }: TokenBody) => readJws(accessToken).header.kid;
    await lockedOut(async () => {
      await cut();
      // The one key is taken away for good, so what it signed is worth nothing.
      await other.query(`DELETE FROM keys WHERE purpose = 'signing' AND id = $1`, [kidOf(tokens)]);
      await other.query(`UPDATE changes SET changed_at = now() - interval '1 day'`);
    });
    await eventually(async () => expect(await statusOf(tokens)).toBe(401));
  });

  it('says once that there is no news, and once that there is again', async () => {
    await eventually(async () => {
      const words = log.map((line) => (JSON.parse(line) as { msg: string }).msg);
      const [lost, found] = [/no news from the database/, /tells news again/].map((pattern) =>
        words.filter((word) => pattern.test(word)),
      );
      expect(lost?.length).toBeGreaterThan(0);
      expect(found).toHaveLength(lost?.length ?? 0);
    });
  });
});

describe('a machine that slept', () => {
  const now = Date.now.bind(Date);
  afterEach(() => jest.restoreAllMocks());

  it('asks the database before it answers the first request', async () => {
    await withApp({}, async (app) => {
      const others = new Others(app.databaseUrl);
      const operator = await others.connect();
      for (let hours = 1; hours <= 20; hours++) {
        const tokens = await app.signIn();
        const first = await app.api.get('/v1/auth/principal', { token: tokens.accessToken });
        await operator.query(END, [sessionOf(tokens)]);
        jest.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000);
        const second = await app.api.get('/v1/auth/principal', { token: tokens.accessToken });
        expect([first.status, second.status]).toEqual([200, 401]);
      }
      await others.close();
    });
  }, 20_000);
});

describe('an application that stops', () => {
  it('leaves no connection, and has nothing to complain of', async () => {
    const database = await createDatabase();
    const others = new Others(database.url);
    const observer = await others.connect();
    for (let time = 0; time < 3; time++) {
      const log: string[] = [];
      await withApp({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'info' }, log }, async (app) => {
        const tokens = await app.signIn();
        void app.nest.get(Feed).changed();
        void app.nest.get(Feed).changed();
        await app.api.post('/v1/auth/logout', { token: tokens.accessToken });
        await observer.query('NOTIFY gatehouse_changes');
      });
      await eventually(async () => {
        const { rows } = await observer.query(
          'SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        expect(rows).toEqual([]);
      });
      expect(log.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
    }
    await others.close();
    await database.drop();
  });
});
