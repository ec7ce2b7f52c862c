import { hashSync } from 'bcryptjs';
import { BcryptPool, type BcryptComparison } from '../../../src/passwords/bcrypt-pool';
import { PasswordSettings } from '../../../src/passwords/password.settings';
import type { ProblemBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { someoneVerified as verified } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';

const COST = 4;
const UNKNOWN = { email: 'unknown@example.com', password: PASSWORD };

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
});

const logIn = (json: object) => app.api.post<ProblemBody>('/v1/auth/login', { json });

const someoneVerified = async () => verified(app);

async function someoneDisabled() {
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

  it.each(Object.entries(failures))(
    'answers the same for %s as for an unknown address',
    async (_, account) => {
      const visible = async (json: object) => {
        const { status, headers, text, body } = await logIn(json);
        const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
        expect(date).toBeDefined();
        expect(requestId).toBe(body.instance);
        return { status, others, text: text.replace(body.instance, '') };
      };
      expect(await visible(await account())).toEqual(await visible(UNKNOWN));
    },
  );

  it('names every possible reason, and no token error', async () => {
    const { status, headers, body } = await logIn(UNKNOWN);
    expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    expect(body.detail).toMatch(/Invalid email or password.*disabled.*verified/);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
  });
});

describe('the work of a sign-in', () => {
  afterEach(() => jest.restoreAllMocks());

  const roundsOf = (comparisons: readonly BcryptComparison[]) =>
    comparisons.reduce((sum, each) => sum + 2 ** Number(each.hash.split('$')[2]), 0);

  /** The bcrypt rounds that one sign-in costs. */
  async function workFor(json: object): Promise<number> {
    const pool = app.nest.get(BcryptPool);
    const [compared, hashed] = [jest.spyOn(pool, 'compare'), jest.spyOn(pool, 'hash')];
    await logIn(json);
    expect(hashed).not.toHaveBeenCalled();
    expect(compared).toHaveBeenCalledTimes(1);
    return compared.mock.calls.reduce(
      (sum, [attempts, decoys]) => sum + roundsOf(attempts) + roundsOf(decoys),
      0,
    );
  }

  /** An account whose stored hash is this one; null: none. */
  async function someoneWith(hash: string | null): Promise<string> {
    const { email } = await someoneVerified();
    const own = 'FROM users WHERE id = user_id AND email = $1';
    await (hash === null
      ? app.query(`DELETE FROM credentials ${own.replace('FROM', 'USING')}`, [email])
      : app.query(`UPDATE credentials SET hash = $2 ${own}`, [email, hash]));
    return email;
  }

  it.each(Object.entries(failures))('is that of one check for %s', async (_, account) => {
    expect(await workFor(await account())).toBe(2 ** COST);
  });

  // For every form of a hash: src/passwords/password-hasher.spec.ts.
  it.each([
    ['no hash', null],
    ['a plain hash', hashSync('something else', COST)],
    ['a corrupt hash', 'x'],
  ])('is that of one check for an account with %s', async (_, hash) => {
    expect(await workFor({ email: await someoneWith(hash), password: 'a wrong pass phrase' })).toBe(
      2 ** COST,
    );
  });

  it('is that of today for a hash of a lower cost', async () => {
    const email = await someoneWith(hashSync('something else', COST));
    jest.replaceProperty(app.nest.get(PasswordSettings), 'cost', COST + 1);
    expect(await workFor({ email, password: PASSWORD })).toBe(2 ** (COST + 1));
    jest.restoreAllMocks();
  });

  it.each([
    ['an account', someoneVerified],
    ['an unknown address', async () => UNKNOWN],
  ])('is that of two checks for %s where the password has two forms', async (_, account) => {
    const { email } = await account();
    expect(await workFor({ email, password: 'cafe\u0301 au lait for two' })).toBe(2 * 2 ** COST);
  });

  it('does not reveal the correct password of a disabled account by replacing its hash', async () => {
    const email = await someoneWith(hashSync(PASSWORD, COST));
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [email]);
    expect(await workFor({ email, password: PASSWORD })).toBe(2 ** COST);
  });
});
