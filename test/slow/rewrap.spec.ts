import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Api, type TokenBody } from '../support/api';
import { createDatabase, type TestDatabase } from '../support/database';
import { BuiltProcess, freePort } from '../support/process';

const PERSON = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
const FORMER = randomBytes(32).toString('hex');
const TODAYS = randomBytes(32).toString('base64url');
const CHANGED = { AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: FORMER };

const START = ['main.js'];
const COMMAND = ['cli.js', 'keys:rewrap'];

describe('rewrapping the keys under another AUTH_SECRET', () => {
  let database: TestDatabase;
  let outside: Client;
  /** Another one: inside its transaction the activity of the others would seem to stand still. */
  let holder: Client;
  let port: number;
  let tokens: TokenBody;
  const running: BuiltProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rewrap-'));

  /** An application whose keys are wrapped under the former secret, and a signed-in user. */
  beforeEach(async () => {
    database = await createDatabase({ empty: true });
    [outside, holder] = [new Client(database.url), new Client(database.url)];
    await Promise.all([outside.connect(), holder.connect()]);
    port = await freePort();
    const app = await started({ AUTH_SECRET: FORMER });
    const api = new Api(`http://127.0.0.1:${port}`);
    await api.post('/v1/auth/register', { json: PERSON });
    tokens = (await api.post<TokenBody>('/v1/auth/login', { json: PERSON })).body;
    expect(await app.stop()).toBe(0);
  });

  afterEach(async () => {
    for (const process of running.splice(0)) process.signal('SIGKILL');
    await Promise.all([outside.end(), holder.end()]);
    await database.drop();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function run(args: readonly string[], env: Record<string, string>): BuiltProcess {
    const common = { DATABASE_URL: database.url, PORT: String(port), REQUIRE_VERIFIED_EMAIL: 'false' };
    const process = new BuiltProcess(
      folder,
      { NODE_ENV: 'test', LOG_LEVEL: 'info', BCRYPT_COST: '4', ...common, ...env },
      args,
    );
    running.push(process);
    return process;
  }

  async function started(env: Record<string, string>): Promise<BuiltProcess> {
    const app = run(START, env);
    await app.says('Try first');
    return app;
  }

  async function ended(args: readonly string[], env: Record<string, string>) {
    const process = run(args, env);
    return { code: await process.ended(), output: process.output };
  }

  const rows = async () => (await outside.query<object>('TABLE keys ORDER BY id')).rows;

  /** Waits for a question to have an answer. */
  async function eventually(question: string): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt++) {
      const { rows: answers } = await outside.query<object>(question);
      if (answers.length > 0) return;
      await sleep(20);
    }
    throw new Error(`never so: ${question}`);
  }

  /** Starts what rewraps, holds it at the last row, and kills it there. */
  async function killHalfWay(args: readonly string[]): Promise<void> {
    const last = '(SELECT max(id) FROM keys)';
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM keys WHERE id = ${last} FOR UPDATE`);
    const process = run(args, CHANGED);
    await eventually(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                        AND query LIKE 'UPDATE "keys"%'`);
    // An uncommitted transaction has changed these rows.
    const changing = await outside.query(`SELECT FROM keys WHERE xmax::text <> '0' AND id <> ${last}`);
    expect(changing.rowCount).toBe(6);
    process.signal('SIGKILL');
    expect(await process.ended()).toBe(null);
    await holder.query('COMMIT');
    await eventually(`SELECT WHERE NOT EXISTS
                        (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse')`);
  }

  async function expectNothingRevoked(): Promise<void> {
    const api = new Api(`http://127.0.0.1:${port}`);
    const { accessToken: token, refreshToken } = tokens;
    expect((await api.get('/v1/users/me', { token })).status).toBe(200);
    expect((await api.post('/v1/auth/refresh', { json: { refreshToken } })).status).toBe(200);
    expect((await api.post('/v1/auth/login', { json: PERSON })).status).toBe(200);
  }

  it('is done by a command, which says how many, once', async () => {
    expect(await ended(COMMAND, CHANGED)).toEqual({
      code: 0,
      output: expect.stringMatching(/^7 keys were rewrapped/),
    });
    const rewrapped = await rows();
    expect(await ended(COMMAND, CHANGED)).toEqual({
      code: 0,
      output: expect.stringMatching(/^0 keys were rewrapped/),
    });
    expect(await rows()).toEqual(rewrapped);

    const app = await started({ AUTH_SECRET: TODAYS });
    await expectNothingRevoked();
    expect(await app.stop()).toBe(0);
  });

  it.each([
    ['a start', START],
    ['the command', COMMAND],
  ])(
    'is refused to %s without the former secret: exit code 1, words that help, nothing changed',
    async (_, args) => {
      const before = await rows();
      const { code, output } = await ended(args, { AUTH_SECRET: TODAYS });
      expect(code).toBe(1);
      expect(output).toMatch(/put the former one into AUTH_SECRETS_RETIRED/);
      expect(output).not.toMatch(/\n\s+at /);
      expect(output).not.toContain(TODAYS.slice(0, 8));
      expect(await rows()).toEqual(before);
    },
  );

  it.each([
    ['a start', START],
    ['the command', COMMAND],
  ])('is undone as a whole by kill -9 of %s half-way, and done by the next start', async (_, args) => {
    const before = await rows();
    await killHalfWay(args);
    expect(await rows()).toEqual(before);

    const old = await started({ AUTH_SECRET: FORMER });
    expect(await old.stop()).toBe(0);
    const app = await started(CHANGED);
    await expectNothingRevoked();
    expect(await app.stop()).toBe(0);
    expect(app.output).toContain('Rewrapped 7 keys');
    expect((await ended(COMMAND, { AUTH_SECRET: TODAYS })).code).toBe(0);
  });
});
