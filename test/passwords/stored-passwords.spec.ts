import { compareSync, hashSync } from 'bcryptjs';
import { BcryptPool } from '../../src/passwords/bcrypt-pool';
import { PasswordSettings } from '../../src/passwords/password.settings';
import type { ProblemBody } from '../support/api';
import { PASSWORD, type TestApp } from '../support/app';
import { sharedApp } from '../support/shared-app';

const KEYED = /^\$gatehouse\$k=[\w-]+\$2b\$04\$[./\w]{53}$/;
const OTHER = 'teal otters juggle 8 lanterns';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

afterEach(() => jest.restoreAllMocks());

const logIn = async (email: string, password: string) =>
  (await app.api.post('/v1/auth/login', { json: { email, password } })).status;

async function storedHash(email: string): Promise<string> {
  const [row] = await app.query<{ hash: string }>(
    'SELECT hash FROM credentials JOIN users ON id = user_id WHERE email = $1',
    [email],
  );
  return row?.hash ?? '';
}

async function storeHash(email: string, hash: string): Promise<void> {
  await app.query('UPDATE credentials SET hash = $2 FROM users WHERE id = user_id AND email = $1', [
    email,
    hash,
  ]);
}

/** An account whose hash was not made by this application. */
async function someoneWith(hash: string): Promise<string> {
  const { email } = await app.someone();
  await storeHash(email, hash);
  return email;
}

// What matches which hash, and which hash is outdated: src/passwords/password-hasher.spec.ts.
describe('a stored password', () => {
  it('is a keyed hash, no bcrypt of the password alone, and two of one password differ', async () => {
    const [{ email }, other] = [await app.registers(), await app.registers()];
    const hash = await storedHash(email);
    expect(hash).toMatch(KEYED);
    expect(compareSync(PASSWORD, hash.slice(hash.indexOf('$2b$')))).toBe(false);
    expect(compareSync(PASSWORD, hash)).toBe(false);
    expect(await storedHash(other.email)).not.toBe(hash);
  });

  it('stands in no row of any table', async () => {
    const { email } = await app.registers();
    const rows = await app.query<{ text: string }>(
      `SELECT u::text || c::text AS text FROM users u JOIN credentials c ON c.user_id = u.id WHERE email = $1`,
      [email],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain(PASSWORD);
  });

  it('stays as it is when it matches and is of today', async () => {
    const { email } = await app.someone();
    const before = await storedHash(email);
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toBe(before);
  });

  it.each([
    ['nothing', ''],
    ['a key that is gone', `$gatehouse$k=gone${hashSync(PASSWORD, 4)}`],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('that is corrupt admits no one and breaks nothing: %s', async (_, hash) => {
    const email = await someoneWith(hash);
    const { status, body } = await app.api.post<ProblemBody>('/v1/auth/login', {
      json: { email, password: PASSWORD },
    });
    expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    expect(await storedHash(email)).toBe(hash);
  });
});

describe('a plain bcrypt hash of an older system', () => {
  it('is replaced at the sign-in of its owner', async () => {
    const email = await someoneWith(hashSync(PASSWORD, 4).replace('$2b$', '$2y$'));
    expect(await logIn(email, OTHER)).toBe(401);
    expect(await storedHash(email)).not.toMatch(KEYED);
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toMatch(KEYED);
    expect([await logIn(email, PASSWORD), await logIn(email, OTHER)]).toEqual([200, 401]);
  });

  it('of a password over 72 bytes stays: the whole password is stricter than what matched', async () => {
    const password = 'teal otters juggle 7 lanterns and a very long list of other things to say';
    const hash = hashSync(password, 4);
    const email = await someoneWith(hash);
    expect(await logIn(email, password)).toBe(200);
    expect(await storedHash(email)).toBe(hash);
  });

  it('does not replace a password that was changed meanwhile', async () => {
    const email = await someoneWith(hashSync(PASSWORD, 4));
    const changed = await storedHash((await app.someone({ password: OTHER })).email);
    const pool = app.nest.get(BcryptPool);
    const hash = pool.hash.bind(pool);
    jest.spyOn(pool, 'hash').mockImplementationOnce(async (text, cost, account) => {
      await storeHash(email, changed);
      return hash(text, cost, account);
    });
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toBe(changed);
    expect(await logIn(email, OTHER)).toBe(200);
  });
});

describe('a hash of a cost that was raised since', () => {
  it('is replaced by one of the new cost at the next sign-in, and never by one of a lower', async () => {
    const { email } = await app.someone();
    const settings = app.nest.get(PasswordSettings);
    jest.replaceProperty(settings, 'cost', 5);
    expect(await logIn(email, OTHER)).toBe(401);
    expect(await storedHash(email)).toContain('$2b$04$');
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toContain('$2b$05$');
    jest.restoreAllMocks();
    expect(settings.cost).toBe(4);
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toContain('$2b$05$');
  });
});
