import { randomBytes } from 'node:crypto';
import { Keyring } from '../src/platform/keyring';
import { SigningKeys } from '../src/tokens/signing-keys';
import type { Variables } from '../src/platform/config';
import { startApp, TEST_ENVIRONMENT, type TestApp } from './support/app';
import { createDatabase, type TestDatabase } from './support/database';
import { inParallel } from './support/parallel';

const PURPOSES = ['audit', 'device', 'links', 'passwords', 'refresh'];

describe('the keyring', () => {
  let database: TestDatabase;
  const running: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
  });

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    await database.drop();
  });

  async function start(env: Variables = {}): Promise<TestApp> {
    const app = await startApp({ env: { DATABASE_URL: database.url, ...env } });
    running.push(app);
    return app;
  }

  async function stop(): Promise<void> {
    for (const app of running.splice(0)) await app.close();
  }

  /** Every key the application works with, as raw bytes. */
  async function materialOf(app: TestApp): Promise<Buffer[]> {
    const secrets = await Promise.all(PURPOSES.map((purpose) => app.nest.get(Keyring).secretFor(purpose)));
    const signing = app.nest.get(SigningKeys).all.map(({ privateKey }) => {
      const { d = '' } = privateKey.export({ format: 'jwk' });
      return Buffer.from(d, 'base64url');
    });
    return [...secrets.map(({ material }) => material), ...signing];
  }

  const profileWith = async (app: TestApp, token: string) =>
    (await app.api.get('/v1/users/me', { token })).status;

  it('keeps nothing readable in its table', async () => {
    const app = await start();
    const [{ dump } = { dump: '' }] = await app.query<{ dump: string }>(
      `SELECT string_agg(concat_ws(' ', id, purpose, algorithm, wrapped_by, encode(wrapped, 'hex')), ' ') AS dump FROM keys`,
    );
    const secret = Buffer.from(TEST_ENVIRONMENT.AUTH_SECRET ?? '', 'hex');
    const material = await materialOf(app);
    expect(material.map(({ length }) => length)).toEqual([32, 32, 32, 32, 32, 32]);
    for (const key of [...material, secret]) {
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        expect(dump).not.toContain(key.toString(encoding).slice(0, 12));
      }
    }
    for (const purpose of [...PURPOSES, 'signing']) expect(dump).toContain(purpose);
  });

  it('works with the same secret across a restart: tokens and passwords stay good', async () => {
    const before = await start();
    const person = await before.someone();
    const tokens = await before.signIn(person);
    const material = await materialOf(before);
    await stop();

    const after = await start();
    expect(await materialOf(after)).toEqual(material);
    expect(await profileWith(after, tokens.accessToken)).toBe(200);
    const json = { refreshToken: tokens.refreshToken };
    expect((await after.api.post('/v1/auth/refresh', { json })).status).toBe(200);
    await after.signIn(person);
  });

  it('takes the same secret in its other spelling', async () => {
    const { accessToken } = await (await start()).signIn();
    await stop();
    const AUTH_SECRET = Buffer.from(TEST_ENVIRONMENT.AUTH_SECRET ?? '', 'hex').toString('base64url');
    expect(await profileWith(await start({ AUTH_SECRET }), accessToken)).toBe(200);
  });

  it('refuses a start with another AUTH_SECRET, says what to do, and changes nothing', async () => {
    const { accessToken } = await (await start()).signIn();
    await stop();
    const AUTH_SECRET = randomBytes(32).toString('hex');
    const refusal = await start({ AUTH_SECRET }).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(
      /AUTH_SECRET does not open the keys.*\n.*AUTH_SECRETS_RETIRED.*\n.*last used with/,
    );
    expect(refusal).not.toContain(AUTH_SECRET.slice(0, 8));
    expect(await profileWith(await start(), accessToken)).toBe(200);
  });

  it('ends with the same keys when several start at once on an empty database', async () => {
    const empty = await createDatabase({ empty: true });
    const apps = await inParallel(3, () => start({ DATABASE_URL: empty.url }));
    const [first, ...others] = await Promise.all(apps.map(materialOf));
    for (const other of others) expect(other).toEqual(first);
    const [one] = apps;
    const counts = await one?.query(
      'SELECT purpose, count(*)::int FROM keys GROUP BY purpose ORDER BY purpose',
    );
    expect(counts).toEqual([...PURPOSES, 'signing'].map((purpose) => ({ purpose, count: 1 })));
    const tokens = await one?.signIn();
    for (const app of apps) expect(await profileWith(app, tokens?.accessToken ?? '')).toBe(200);
    await stop();
    await empty.drop();
  });
});

describe('a wrapped key', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    await app.query('CREATE TABLE keys_before AS TABLE keys');
  });

  afterEach(async () => {
    await app.query('TRUNCATE keys');
    await app.query('INSERT INTO keys TABLE keys_before');
  });

  afterAll(async () => app.close());

  const open = (purpose: string) => {
    const make = () => ({ id: 'none', material: Buffer.alloc(0) });
    const algorithm = purpose === 'signing' ? 'ES256' : 'HS256';
    return app.nest.get(Keyring).keysFor({ purpose, algorithm, make });
  };

  async function openAll(): Promise<number[]> {
    const counts = [];
    for (const purpose of [...PURPOSES, 'signing']) counts.push((await open(purpose)).length);
    return counts;
  }

  it('opens where nobody touched it', async () => {
    expect(await openAll()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it.each([
    [
      'another key moved into its place',
      `UPDATE keys k SET wrapped = o.wrapped FROM keys o WHERE o.purpose = 'passwords' AND k.purpose = 'refresh'`,
    ],
    [
      'its purpose',
      `UPDATE keys SET purpose = CASE purpose WHEN 'refresh' THEN 'passwords' ELSE 'refresh' END WHERE purpose IN ('refresh', 'passwords')`,
    ],
    ['its id', `UPDATE keys SET id = 'other' WHERE purpose = 'refresh'`],
    ['its algorithm', `UPDATE keys SET algorithm = 'RS256' WHERE purpose = 'signing'`],
    [
      'a byte of it',
      `UPDATE keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE purpose = 'signing'`,
    ],
  ])('does not open a row after somebody changed %s', async (_, statement) => {
    await app.query(statement);
    await expect(openAll()).rejects.toThrow(/was altered/);
  });
});
