import { compareSync, hashSync } from 'bcryptjs';
import { BcryptPool } from '../src/passwords/bcrypt-pool';
import type { ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { createDatabase } from './support/database';

const KEYED = /^\$gatehouse\$k=[\w-]+\$2b\$04\$[./\w]{53}$/;
const OTHER = 'teal otters juggle 8 lanterns';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());
afterEach(() => jest.restoreAllMocks());

const logIn = async (email: string, password: string, at = app) =>
  (await at.api.post('/v1/auth/login', { json: { email, password } })).status;

async function storedHash(email: string, at = app): Promise<string> {
  const [row] = await at.query<{ hash: string }>(
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

/** Somebody whose row came from elsewhere. */
async function someoneWith(hash: string): Promise<string> {
  const { email } = await app.someone({ password: 'what they had before the import' });
  await storeHash(email, hash);
  return email;
}

/** bcryptjs writes `$2b$`; the three prefixes name one algorithm. */
const plain = (password: string, prefix = '$2b$') => hashSync(password, 4).replace('$2b$', prefix);

describe('a stored password', () => {
  it('is a hash of a form of its own, under a key: no bcrypt of the password alone', async () => {
    const { email } = await app.registers();
    const hash = await storedHash(email);
    expect(hash).toMatch(KEYED);
    expect(compareSync(PASSWORD, hash.slice(hash.indexOf('$2b$')))).toBe(false);
    expect(compareSync(PASSWORD, hash)).toBe(false);
  });

  it('does not show that two people chose the same', async () => {
    const [one, two] = [await app.registers(), await app.registers()];
    expect(await storedHash(one.email)).not.toBe(await storedHash(two.email));
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

  it('stays as it is when it is good and of today', async () => {
    const { email } = await app.registers();
    const before = await storedHash(email);
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toBe(before);
  });

  it.each([
    ['nothing', ''],
    ['words', 'not a hash'],
    ['half a hash', plain(PASSWORD).slice(0, 40)],
    ['a prefix of nobody', plain(PASSWORD, '$2x$')],
    ['a cost of 0', plain(PASSWORD).replace('$04$', '$00$')],
    ['a cost of 3', plain(PASSWORD).replace('$04$', '$03$')],
    ['a cost of 99', plain(PASSWORD).replace('$04$', '$99$')],
    ['argon2', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA'],
    ['a key that is gone', `$gatehouse$k=gone${plain(PASSWORD)}`],
    ['a key and nothing more', '$gatehouse$k=gone'],
    ['a keyed cost of 99', `$gatehouse$k=gone${plain(PASSWORD).replace('$04$', '$99$')}`],
    ['the password itself', PASSWORD],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('that is corrupt lets nobody in and breaks nothing: %s', async (_, hash) => {
    const email = await someoneWith(hash);
    const { status, body } = await app.api.post<ProblemBody>('/v1/auth/login', {
      json: { email, password: PASSWORD },
    });
    expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    expect(await storedHash(email)).toBe(hash);
  });
});

describe('a plain bcrypt hash of an older system', () => {
  it.each(['$2a$', '$2b$', '$2y$'])(
    'with %s lets its owner in and is replaced on the way',
    async (prefix) => {
      const email = await someoneWith(plain(PASSWORD, prefix));
      expect(await logIn(email, OTHER)).toBe(401);
      expect(await storedHash(email)).not.toMatch(KEYED);
      expect(await logIn(email, PASSWORD)).toBe(200);
      expect(await storedHash(email)).toMatch(KEYED);
      expect(await logIn(email, PASSWORD)).toBe(200);
      expect(await logIn(email, OTHER)).toBe(401);
    },
  );

  it.each(['NFC', 'NFD'])(
    'of a password in %s is tried with the text as received and in NFC',
    async (form) => {
      const password = 'Zoë ate crème brûlée, Å';
      const email = await someoneWith(plain(password.normalize(form)));
      expect(await logIn(email, password.normalize('NFD'))).toBe(200);
      expect(await storedHash(email)).toMatch(KEYED);
      expect(await logIn(email, password.normalize('NFC'))).toBe(200);
    },
  );

  it.each([
    ['over 72 bytes', 'teal otters juggle 7 lanterns and a very long list of other things to say'],
    ['with NUL', 'teal otters\0juggle 7 lanterns'],
  ])('of a password %s stays: the whole password is stricter than what matched', async (_, password) => {
    const hash = plain(password);
    const email = await someoneWith(hash);
    expect(await logIn(email, password)).toBe(200);
    expect(await storedHash(email)).toBe(hash);
  });

  it('of a password of 72 bytes is replaced', async () => {
    const password = 'teal otters juggle 7 lanterns '.padEnd(70, 'ab c') + 'é';
    const email = await someoneWith(plain(password));
    expect(Buffer.byteLength(password)).toBe(72);
    expect(await logIn(email, password)).toBe(200);
    expect(await storedHash(email)).toMatch(KEYED);
  });

  it('is not put over a password that was changed meanwhile', async () => {
    const email = await someoneWith(plain(PASSWORD));
    const changed = await storedHash((await app.someone({ password: OTHER })).email);
    const pool = app.nest.get(BcryptPool);
    const hash = pool.hash.bind(pool);
    jest.spyOn(pool, 'hash').mockImplementationOnce(async (text, cost) => {
      await storeHash(email, changed);
      return hash(text, cost);
    });
    expect(await logIn(email, PASSWORD)).toBe(200);
    expect(await storedHash(email)).toBe(changed);
    expect(await logIn(email, OTHER)).toBe(200);
  });
});

describe('a hash of a cost that was raised since', () => {
  it('is replaced by one of the new cost at the next sign-in, and never by one of a lower', async () => {
    const database = await createDatabase();
    const within = async (cost: string, work: (at: TestApp) => Promise<void>) => {
      const at = await startApp({ env: { DATABASE_URL: database.url, BCRYPT_COST: cost } });
      try {
        await work(at);
      } finally {
        await at.close();
      }
    };
    let email = '';
    await within('4', async (at) => void ({ email } = await at.registers()));
    await within('6', async (at) => {
      expect(await storedHash(email, at)).toContain('$2b$04$');
      expect(await logIn(email, OTHER, at)).toBe(401);
      expect(await storedHash(email, at)).toContain('$2b$04$');
      expect(await logIn(email, PASSWORD, at)).toBe(200);
      expect(await storedHash(email, at)).toContain('$2b$06$');
    });
    await within('4', async (at) => {
      expect(await logIn(email, PASSWORD, at)).toBe(200);
      expect(await storedHash(email, at)).toContain('$2b$06$');
    });
    await database.drop();
  });
});
