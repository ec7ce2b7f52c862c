import { performance } from 'node:perf_hooks';
import { hashSync } from 'bcryptjs';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { compareInterleaved, type Compared } from './rank-test';
import { report } from '../../support/traffic';

const OTHER = 'nine calm badgers on a ferry';

jest.setTimeout(300_000);

describe('how long an answer takes says nothing of the account', () => {
  let app: TestApp;
  let people = 0;
  const [known, unproven, disabled, legacy, guarded] = [
    'known',
    'unproven',
    'disabled',
    'legacy',
    'guarded',
  ].map((name) => `${name}@example.com`) as [string, string, string, string, string];

  beforeAll(async () => {
    // A cost of production would hide everything else; the least there is hides nothing.
    app = await startApp({ env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
    for (const email of [known, unproven, disabled, legacy, guarded])
      await app.api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
    await app.query('UPDATE users SET email_verified = true WHERE email <> $1', [unproven]);
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [disabled]);
    await app.query(
      'UPDATE credentials SET hash = $1 WHERE user_id = (SELECT id FROM users WHERE email = $2)',
      [hashSync(PASSWORD, 4), legacy],
    );
    // Of any kind: what counts is that the account has one.
    await app.query(
      `INSERT INTO factors (id, user_id, kind, created_at)
         SELECT gen_random_uuid(), id, 'any', now() FROM users WHERE email = $1`,
      [guarded],
    );
    await app.mailsSent();
  });

  afterAll(async () => app.close());

  const stranger = () => `stranger-${++people}@example.com`;
  const timed = (path: string, body: (email: string) => object, token?: string) => async (email: string) => {
    const begun = performance.now();
    const { status } = await app.api.post(path, { json: body(email), ...(token && { token }) });
    const tookMs = performance.now() - begun;
    if (status !== 202 && status !== 401) throw new Error(`${path} answered ${status}`);
    return tookMs;
  };

  function expectAlike(what: string, compared: Compared): void {
    for (const [index, round] of compared.rounds.entries())
      report(`${what}, round ${index + 1}`, { ...round });
    expect(compared.isDifferent).toBe(false);
  }

  it.each([
    ['a wrong password of an account', known],
    ['a wrong password of an unproven account', unproven],
    ['a wrong password of a disabled account', disabled],
    ['a wrong password of an account with a cheap hash of an older system', legacy],
  ])('login: %s, and a stranger', async (what, email) => {
    const ask = timed('/v1/auth/login', (address) => ({ email: address, password: OTHER }));
    expectAlike(
      `login: ${what}`,
      await compareInterleaved(
        () => ask(email),
        () => ask(stranger()),
      ),
    );
  });

  it.each([
    ['an account without one', () => known],
    ['a stranger', () => stranger()],
  ])('login: a wrong password of an account with a second factor, and of %s', async (what, other) => {
    const ask = timed('/v1/auth/login', (address) => ({ email: address, password: OTHER }));
    expectAlike(
      `login: with a second factor, and ${what}`,
      await compareInterleaved(
        () => ask(guarded),
        () => ask(other()),
      ),
    );
  });

  it.each([
    ['an unproven account', unproven],
    ['a disabled account', disabled],
  ])('login: the right and a wrong password of %s', async (what, email) => {
    const right = timed('/v1/auth/login', (address) => ({ email: address, password: PASSWORD }));
    const wrong = timed('/v1/auth/login', (address) => ({ email: address, password: OTHER }));
    expectAlike(
      `login: right and wrong, ${what}`,
      await compareInterleaved(
        () => right(email),
        () => wrong(email),
      ),
    );
  });

  it.each([
    ['a proven address', known],
    ['an unproven address', unproven],
    ['a disabled one', disabled],
  ])('register: %s, and a free one', async (what, email) => {
    const ask = timed('/v1/auth/register', (address) => ({ email: address, password: PASSWORD }));
    expectAlike(
      `register: ${what}`,
      await compareInterleaved(
        () => ask(email),
        () => ask(stranger()),
      ),
    );
  });

  it.each([
    ['forgot', '/v1/auth/password/forgot'],
    ['resend', '/v1/auth/email/verify/resend'],
  ])('%s: an account, an unproven one, and a stranger', async (what, path) => {
    const ask = timed(path, (address) => ({ email: address }));
    for (const email of [known, unproven])
      expectAlike(
        `${what}: ${email}`,
        await compareInterleaved(
          () => ask(email),
          () => ask(stranger()),
        ),
      );
  });

  it('change of address: to a taken one, and to a free one', async () => {
    const { accessToken } = await app.signIn({ email: known, password: PASSWORD });
    const ask = timed(
      '/v1/auth/email/change',
      (address) => ({ newEmail: address, password: PASSWORD }),
      accessToken,
    );
    expectAlike(
      'change of address',
      await compareInterleaved(
        () => ask(disabled),
        () => ask(stranger()),
      ),
    );
  });
});
