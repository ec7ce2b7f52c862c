import { randomBytes } from 'node:crypto';
import type { Variables } from '../../src/platform/config';
import { type KeyringKey, Keyring } from '../../src/platform/keyring';
import { startApp, TEST_ENVIRONMENT, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { inParallel } from '../support/parallel';

const FORMER = TEST_ENVIRONMENT.AUTH_SECRET ?? '';
const TODAYS = randomBytes(32).toString('hex');
const COMING = randomBytes(32).toString('base64url');

/** The settings of the start that changes the secret. */
const CHANGED: Variables = { AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: FORMER };

interface Row {
  readonly id: string;
  readonly wrapped: string;
  readonly wrapped_by: string;
}

// Each of these starts the application several times.
describe('AUTH_SECRET changed', () => {
  let database: TestDatabase;
  const running: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
  });

  afterEach(async () => {
    await stop();
    await database.drop();
  });

  async function start(env: Variables = {}, log: string[] = []): Promise<TestApp> {
    const app = await startApp({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'info', ...env }, log });
    running.push(app);
    return app;
  }

  async function stop(): Promise<void> {
    for (const app of running.splice(0)) await app.close();
  }

  const refusalOf = (env: Variables) =>
    start(env).then(
      () => 'started',
      ({ message }: Error) => message,
    );
  const rowsOf = (app: TestApp) =>
    app.query<Row>(`SELECT id, wrapped::text, wrapped_by FROM keys ORDER BY id`);
  const wrappingsOf = async (app: TestApp) => new Set((await rowsOf(app)).map((row) => row.wrapped_by)).size;
  const secretOf = async (app: TestApp, purpose: string): Promise<KeyringKey> =>
    app.nest.get(Keyring).secretFor(purpose);
  const readinessOf = async (app: TestApp) => (await app.api.get('/health/ready')).status;
  const profileWith = async ({ api }: TestApp, token: string) =>
    (await api.get('/v1/users/me', { token })).status;
  const refreshWith = async ({ api }: TestApp, refreshToken: string) =>
    api.post<{ refreshToken: string }>('/v1/auth/refresh', { json: { refreshToken } });

  it('goes unnoticed where the former one is retired: tokens, sessions and passwords stay good', async () => {
    const before = await start();
    const person = await before.someone();
    const tokens = await before.signIn(person);
    const rotated = (await refreshWith(before, tokens.refreshToken)).body;
    await stop();

    const after = await start(CHANGED);
    expect(await profileWith(after, tokens.accessToken)).toBe(200);
    expect((await refreshWith(after, tokens.refreshToken)).body.refreshToken).toBe(rotated.refreshToken);
    expect((await refreshWith(after, rotated.refreshToken)).status).toBe(200);
    await after.signIn(person);
  });

  it('rewraps every key once, and from then on needs the former one no more', async () => {
    const before = await start();
    const keys = [await secretOf(before, 'refresh'), await secretOf(before, 'passwords')];
    const rows = await rowsOf(before);
    await stop();

    const log: string[] = [];
    const after = await start(CHANGED, log);
    expect(log.join('')).toContain(`Rewrapped ${rows.length} keys`);
    const rewrapped = await rowsOf(after);
    expect(rewrapped.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    for (const [index, row] of rewrapped.entries()) {
      expect(row.wrapped).not.toBe(rows[index]?.wrapped);
      expect(row.wrapped_by).not.toBe(rows[index]?.wrapped_by);
    }
    expect(await after.nest.get(Keyring).rewrap()).toBe(0);
    expect(await rowsOf(after)).toEqual(rewrapped);
    await stop();

    const later = await start({ AUTH_SECRET: TODAYS });
    expect([await secretOf(later, 'refresh'), await secretOf(later, 'passwords')]).toEqual(keys);
    expect(await refusalOf({})).toContain('AUTH_SECRETS_RETIRED');
  });

  it('stops the start where the former one is not given, says what to do, and changes nothing', async () => {
    const rows = await rowsOf(await start());
    await stop();
    for (const others of [undefined, COMING]) {
      const refusal = await refusalOf({ AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: others });
      expect(refusal).toMatch(
        /AUTH_SECRET does not open the keys.*\n.*put the former one into AUTH_SECRETS_RETIRED/,
      );
      for (const secret of [TODAYS, COMING]) expect(refusal).not.toContain(secret.slice(0, 8));
    }
    expect(await rowsOf(await start())).toEqual(rows);
  });

  it('is all or nothing: one row that does not open leaves every other as it was', async () => {
    const before = await start();
    await before.query(`UPDATE keys SET wrapped_by = 'nobody' WHERE id = (SELECT max(id) FROM keys)`);
    const rows = await rowsOf(before);
    expect(await refusalOf(CHANGED)).toContain('AUTH_SECRETS_RETIRED');
    expect(await rowsOf(before)).toEqual(rows);

    await before.query(`UPDATE keys SET wrapped_by = (SELECT min(wrapped_by) FROM keys WHERE wrapped_by <> 'nobody'),
                                        wrapped = '\\x00' WHERE wrapped_by = 'nobody'`);
    const damaged = await rowsOf(before);
    expect(await refusalOf(CHANGED)).toContain('was altered');
    expect(await rowsOf(before)).toEqual(damaged);
  });

  it('takes the keys of several former secrets at once', async () => {
    const first = await start();
    const second = await start({ AUTH_SECRET: COMING, AUTH_SECRETS_RETIRED: FORMER });
    const made = await secretOf(first, 'made-by-the-first');
    const shared = await secretOf(second, 'refresh');
    expect(await wrappingsOf(second)).toBe(2);

    const log: string[] = [];
    const third = await start({ AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: ` ${FORMER} , ${COMING},` }, log);
    expect(log.join('')).toContain('Rewrapped 8 keys');
    expect(await wrappingsOf(third)).toBe(1);
    expect([await secretOf(third, 'made-by-the-first'), await secretOf(third, 'refresh')]).toEqual([
      made,
      shared,
    ]);
  });

  it('is agreed upon by instances that start at once: one of them rewraps', async () => {
    const { accessToken } = await (await start()).signIn();
    await stop();
    const log: string[] = [];
    const apps = await inParallel(4, () => start(CHANGED, log));
    expect(log.filter((line) => line.includes('Rewrapped'))).toEqual([
      expect.stringContaining('Rewrapped 7 keys'),
    ]);
    for (const app of apps) expect(await profileWith(app, accessToken)).toBe(200);
  });

  it('leaves an instance that runs with the former one at work, and no longer ready', async () => {
    const old = await start();
    const person = await old.someone();
    const before = await old.signIn(person);
    const changed = await start(CHANGED);

    expect([await readinessOf(old), await readinessOf(changed)]).toEqual([503, 200]);
    const after = await old.signIn(person);
    for (const app of [old, changed]) {
      for (const { accessToken } of [before, after]) expect(await profileWith(app, accessToken)).toBe(200);
    }
    const { body } = await refreshWith(old, before.refreshToken);
    expect((await refreshWith(changed, body.refreshToken)).status).toBe(200);
    await changed.signIn(await old.someone());
  });

  it('leaves one that was told of it beforehand ready, too, and free to start again', async () => {
    const announced = { AUTH_SECRET: FORMER, AUTH_SECRETS_RETIRED: TODAYS };
    const old = await start(announced);
    const { accessToken } = await old.signIn();
    const changed = await start(CHANGED);
    expect(await readinessOf(old)).toBe(200);

    const restarted = await start(announced);
    for (const app of [old, changed, restarted]) {
      expect(await readinessOf(app)).toBe(200);
      expect(await profileWith(app, accessToken)).toBe(200);
    }
    expect(await changed.nest.get(Keyring).rewrap()).toBe(7);
  });
});
