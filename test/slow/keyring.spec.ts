import { randomBytes } from 'node:crypto';
import { Keyring } from '../../src/platform/keyring';
import { SigningKeys } from '../../src/tokens/signing-keys';
import type { Variables } from '../../src/platform/config';
import { startApp, TEST_ENVIRONMENT, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { inParallel } from '../support/parallel';

const PURPOSES = ['audit', 'device', 'factors', 'links', 'passwords', 'refresh'];

describe('the keyring of whole applications', () => {
  let database: TestDatabase;
  const running: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
  });

  afterEach(async () => {
    await stop();
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

  it('is as it was after a start that another AUTH_SECRET was refused', async () => {
    const { accessToken } = await (await start()).signIn();
    await stop();
    const AUTH_SECRET = randomBytes(32).toString('hex');
    await expect(start({ AUTH_SECRET })).rejects.toThrow(/AUTH_SECRET does not open the keys/);
    expect(await profileWith(await start(), accessToken)).toBe(200);
  });

  it('has the same keys when several start at once on an empty database', async () => {
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
