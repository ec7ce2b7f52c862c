import { hashSync } from 'bcryptjs';
import { BcryptPool, type Comparison } from '../src/passwords/bcrypt-pool';
import type { ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';

const COST = 6;
const UNKNOWN = { email: 'nobody@example.com', password: PASSWORD };
const DECOMPOSED = 'cafe\u0301 au lait for two';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { REQUIRE_VERIFIED_EMAIL: 'true', BCRYPT_COST: String(COST) } });
});

afterAll(async () => app.close());

const logIn = (json: object) => app.api.post<ProblemBody>('/v1/auth/login', { json });

async function someoneVerified(): Promise<{ email: string; password: string }> {
  const person = await app.someone();
  await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
  return person;
}

async function someoneDisabled(): Promise<{ email: string; password: string }> {
  const person = await someoneVerified();
  await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [person.email]);
  return person;
}

const failures = {
  'an unknown address': async () => UNKNOWN,
  'a wrong password': async () => ({
    ...(await someoneVerified()),
    password: 'teal otters juggle 8 lanterns',
  }),
  'a disabled account': someoneDisabled,
  'an account not verified yet': async () => app.someone(),
};

describe('a sign-in that fails', () => {
  it('is not one that succeeds', async () => {
    expect((await logIn(await someoneVerified())).status).toBe(200);
  });

  it.each(Object.entries(failures))('answers the same for %s as for nobody', async (_, somebody) => {
    const visible = async (json: object) => {
      const { status, headers, text, body } = await logIn(json);
      const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
      expect(date).toBeDefined();
      expect(requestId).toBe(body.instance);
      return { status, others, text: text.replace(body.instance, '') };
    };
    expect(await visible(await somebody())).toEqual(await visible(UNKNOWN));
  });

  it('names every reason there may be, and blames no token', async () => {
    const { status, headers, body } = await logIn(UNKNOWN);
    expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    expect(body.detail).toMatch(/address.*password.*wrong.*disabled.*verified/);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
  });
});

describe('the work of a sign-in', () => {
  const compare = () => jest.spyOn(app.nest.get(BcryptPool), 'compare');
  const hash = () => jest.spyOn(app.nest.get(BcryptPool), 'hash');

  afterEach(() => jest.restoreAllMocks());

  const roundsOf = (comparisons: readonly Comparison[]) =>
    comparisons.reduce((sum, each) => sum + 2 ** Number(each.hash.split('$')[2]), 0);

  /** The bcrypt rounds that one sign-in costs. */
  async function workFor(json: object): Promise<number> {
    const [compared, hashed] = [compare(), hash()];
    await logIn(json);
    expect(hashed).not.toHaveBeenCalled();
    expect(compared).toHaveBeenCalledTimes(1);
    return compared.mock.calls.flat().reduce((sum, comparisons) => sum + roundsOf(comparisons), 0);
  }

  async function withStoredHash(change: (stored: string) => string): Promise<string> {
    const { email } = await someoneVerified();
    const [row] = await app.query<{ id: string; hash: string }>(
      'SELECT u.id, c.hash FROM users u JOIN credentials c ON c.user_id = u.id WHERE u.email = $1',
      [email],
    );
    await app.query('UPDATE credentials SET hash = $2 WHERE user_id = $1', [
      row?.id,
      change(row?.hash ?? ''),
    ]);
    return email;
  }

  const plain =
    (prefix: string, cost: number, password = 'something else') =>
    () =>
      hashSync(password, cost).replace('$2b$', prefix);
  const accounts: Record<string, () => Promise<string>> = {
    nobody: async () => UNKNOWN.email,
    somebody: async () => (await someoneVerified()).email,
    'somebody not verified': async () => (await app.someone()).email,
    'somebody disabled': async () => (await someoneDisabled()).email,
    'somebody without a password': async () => {
      const { email } = await someoneVerified();
      await app.query('DELETE FROM credentials USING users WHERE id = user_id AND email = $1', [email]);
      return email;
    },
    'a hash of a lower cost': () => withStoredHash((stored) => stored.replace('$2b$06$', '$2b$04$')),
    'a hash under another key': () => withStoredHash((stored) => stored.replace(/k=[\w-]+/, 'k=other')),
    'a plain $2a$ hash of a lower cost': () => withStoredHash(plain('$2a$', 4)),
    'a plain $2b$ hash of a lower cost': () => withStoredHash(plain('$2b$', 5)),
    'a plain $2y$ hash of a lower cost': () => withStoredHash(plain('$2y$', 4)),
    "a plain hash of today's cost": () => withStoredHash(plain('$2b$', COST)),
    'a hash nobody can read': () => withStoredHash(() => 'x'),
  };

  it.each(Object.entries(accounts))('is that of one check for %s', async (_, account) => {
    expect(await workFor({ email: await account(), password: 'a wrong pass phrase' })).toBe(2 ** COST);
  });

  it.each(Object.entries(accounts))(
    'is that of two for %s, where the password has two forms',
    async (_, account) => {
      expect(await workFor({ email: await account(), password: DECOMPOSED })).toBe(2 * 2 ** COST);
    },
  );

  it.each(Object.entries(failures))('is that of one check for %s', async (_, somebody) => {
    expect(await workFor(await somebody())).toBe(2 ** COST);
  });

  it('does not tell the right password of a disabled account by renewing its hash', async () => {
    const email = await withStoredHash(plain('$2b$', 4, PASSWORD));
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [email]);
    expect(await workFor({ email, password: PASSWORD })).toBe(2 ** COST);
  });
});
