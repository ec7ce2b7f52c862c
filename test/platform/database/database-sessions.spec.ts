import type { Client } from 'pg';
import { Database } from '../../../src/platform/database';
import { Doctor } from '../../../src/platform/doctor';
import { reasonOf } from '../../../src/platform/errors';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { Others } from '../../support/others';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';

/** What an operator, a team or another application may have made the default of a database, and what a URL may ask for. */
const DEFAULTS = [
  `datestyle = 'German, DMY'`,
  `intervalstyle = 'iso_8601'`,
  `timezone = 'America/Caracas'`,
  `bytea_output = 'escape'`,
  'standard_conforming_strings = off',
  'extra_float_digits = -15',
  `default_transaction_isolation = 'serializable'`,
  `statement_timeout = '1min'`,
  `client_encoding = 'LATIN1'`,
];
const URL_PARAMETERS = {
  options: '-c datestyle=SQL -c statement_timeout=0 -c search_path=team,public',
  client_encoding: 'LATIN1',
  statement_timeout: '60000',
  query_timeout: '1',
  idle_in_transaction_session_timeout: '60000',
};

describe('a database session', () => {
  let database: TestDatabase;
  let app: TestApp;
  let others: Others;
  let operator: Client;

  beforeAll(async () => {
    database = await createDatabase();
    others = new Others(database.url);
    operator = await others.connect();
    await alter(...DEFAULTS.map((setting) => `SET ${setting}`));
    const url = new URL(database.url);
    for (const [name, value] of Object.entries(URL_PARAMETERS)) url.searchParams.set(name, value);
    app = await startApp({ env: { DATABASE_URL: url.href }, log: [] });
  });

  afterAll(async () => {
    await app.close();
    await others.close();
    await database.drop();
  });

  const alter = async (...changes: string[]) => {
    const name = new URL(database.url).pathname.slice(1);
    for (const change of changes) await operator.query(`ALTER DATABASE ${name} ${change}`);
  };
  const setting = async (name: string) => {
    const [row] = await app.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
    return row?.value;
  };
  const registration = async () => {
    const json = { email: `person-${Math.random()}@example.com`, password: 'teal otters juggle 7 lanterns' };
    return (await app.api.post('/v1/auth/register', { json })).status;
  };
  const ready = async () => app.api.get('/health/ready');

  it('has the settings that the code relies on, whatever the database and the URL set; search_path is left to the team', async () => {
    const tokens = await app.signIn();
    const { status, body } = await app.api.get<{ createdAt: string }>('/v1/users/me', {
      token: tokens.accessToken,
    });
    expect(status).toBe(200);
    expect(Math.abs(app.clock.nowMs() - Date.parse(body.createdAt))).toBeLessThan(60_000);
    expect(await app.nest.get(Doctor).run()).not.toContainEqual(
      expect.objectContaining({ topic: 'database', level: 'fault' }),
    );
    expect([await setting('search_path'), await setting('client_encoding')]).toEqual(['team,public', 'UTF8']);
    const feed = await app.nest.get(Database).dedicatedConnection();
    expect((await feed.query('SHOW datestyle')).rows).toEqual([{ DateStyle: 'ISO, MDY' }]);
    await feed.end();
  });

  it('that met a read-only server is closed: the instance is not ready meanwhile, and no later write fails', async () => {
    await alter('SET default_transaction_read_only = on');
    await operator.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    // Connections that the pool keeps and that only read.
    await inParallel(8, async () => app.query('SELECT pg_sleep(0.05)').catch(() => undefined));
    expect(await registration()).toBe(503);
    expectProblem(await ready(), 503, 'unavailable');
    await inParallel(8, async () => app.query('SELECT pg_sleep(0.05)'));
    expect(await app.nest.get(Doctor).run()).toContainEqual(
      expect.objectContaining({ topic: 'database', level: 'fault', message: 'the server is read-only' }),
    );
    await alter('RESET default_transaction_read_only');
    expect(await registration()).toBe(503);
    expect(new Set(await inParallel(12, registration))).toEqual(new Set([202]));
    expect((await ready()).status).toBe(200);
  });
});

describe('DATABASE_POOLING=transaction', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      DATABASE_URL: database.url,
      DATABASE_POOLING: 'transaction',
      DATABASE_DIRECT_URL: database.url,
    };
    app = await startApp({ env });
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('prepares no statement by name, and applies its settings in each transaction', async () => {
    const { accessToken, refreshToken } = await app.signIn();
    expect((await app.api.get('/v1/users/me', { token: accessToken })).status).toBe(200);
    expect((await app.api.post('/v1/auth/refresh', { json: { refreshToken } })).status).toBe(200);
    const settings = `SELECT current_setting('statement_timeout') AS timeout, current_setting('timezone') AS zone,
      (SELECT count(*)::integer FROM pg_prepared_statements WHERE name <> '') AS prepared`;
    expect(await app.query(settings)).toEqual([{ timeout: '2s', zone: 'UTC', prepared: 0 }]);
    const inTransaction = await app.database.transaction(async () => app.query(settings));
    expect(inTransaction).toEqual([{ timeout: '2s', zone: 'UTC', prepared: 0 }]);
  });

  it('rolls back a failed transaction and continues on the same connection', async () => {
    await expect(app.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    const failed = app.database.transaction(async () => {
      await app.query('CREATE TABLE half (id integer)');
      await Promise.all([app.query('SELECT 1'), app.query('SELECT 1 / 0'), app.query('SELECT 1')]);
    });
    await expect(failed).rejects.toThrow('division by zero');
    expect(await app.query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(new Set(await inParallel(20, async () => (await app.query('SELECT 1')).length))).toEqual(
      new Set([1]),
    );
  });

  it('does not start where DATABASE_DIRECT_URL is unreachable, and names the setting', async () => {
    const env = {
      DATABASE_URL: database.url,
      DATABASE_POOLING: 'transaction',
      DATABASE_DIRECT_URL: 'postgres://127.0.0.1:1/nowhere',
    };
    const failure: unknown = await startApp({ env }).catch((error: unknown) => error);
    expect(reasonOf(failure)).toMatch(/^No connection .*DATABASE_DIRECT_URL: connect ECONNREFUSED/);
  });
});
