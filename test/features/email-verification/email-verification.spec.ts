import type { ProblemBody } from '../../support/api';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { expectProblem, violations } from '../../support/problem';
import {
  expectDead,
  expectGood,
  expectUsedOnce,
  linkOf,
  logIn,
  newAddress,
  nextLinks,
  profileOf,
  register,
  resend,
  someoneVerified,
  subjectsFor,
  verify,
} from '../../support/registrations';
import { tokenIn } from '../../support/smtp-sink';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';

const VERIFY = '/v1/auth/email/verify';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
});

const newcomer = () => ({ email: newAddress(), password: PASSWORD });

/** As many links as may be alive at once for one account. */
async function fiveLinks(): Promise<{ person: Person; tokens: string[] }> {
  const person = await app.someone();
  await inParallel(5, async () => resend(app, person.email));
  return { person, tokens: await nextLinks(app, person.email, 5) };
}

describe('a verification link', () => {
  it('lets its owner sign in once it was used', async () => {
    const person = newcomer();
    const token = await linkOf(app, person);
    expect(token).toMatch(/^ev_[\w-]{43}$/);
    expect((await logIn(app, person)).status).toBe(401);
    const { status, text, headers } = await verify(app, token);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(await profileOf(app, person)).toMatchObject({ email: person.email, emailVerified: true });
  });

  it('works once, of four times at once', async () => {
    const token = await linkOf(app, newcomer());
    expectUsedOnce(await inParallel(4, async () => verify(app, token)));
    await expectDead(app, token);
  });

  it('works for 24 hours, to the millisecond', async () => {
    const [inTime, late] = await Promise.all([linkOf(app, newcomer()), linkOf(app, newcomer())]);
    app.clock.advance({ hours: 24, milliseconds: -1 });
    expect((await verify(app, inTime)).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    await expectDead(app, late);
  });

  it('is refused like an unknown one when it is used, expired, damaged or forged', async () => {
    const token = await linkOf(app, newcomer());
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(token.slice(-1));
    // Decodes to the same bytes: the last letter of 43 has two bits that stand for nothing.
    const otherSpelling = token.slice(0, -1) + letters[last ^ 1];
    expect(Buffer.from(otherSpelling, 'base64url')).toEqual(Buffer.from(token, 'base64url'));
    const mutilated = [
      otherSpelling,
      token.slice(0, -1),
      token.slice(1),
      token.slice(3),
      `${token}A`,
      `${token}=`,
      `${token}\0`,
      token.toUpperCase(),
      token.replace('ev_', 'EV_'),
      token.replace('ev_', 'pr_'),
      ` ${token}`,
      `${token} `,
      `${token}\n`,
      `\ufeff${token}`,
      `${token.slice(0, 20)} ${token.slice(20)}`,
      `#token=${token}`,
      `https://auth.example.test/account#token=${token}`,
      `${token},${token}`,
      `ev_${'A'.repeat(43)}`,
      'ev_%',
      '\ud800',
      '',
    ];
    await expectDead(app, ...mutilated);
    expect((await verify(app, token)).status).toBe(204);
  });

  it('that is not a well-formed string is a validation error', async () => {
    for (const token of [undefined, null, 7, ['ev_a'], 'e'.repeat(257)]) {
      const answer = await verify(app, token);
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual(['/token']);
    }
  });

  it('is not accepted for another purpose, and no other link is accepted in its place', async () => {
    const person = await someoneVerified(app);
    const { body: tokens } = await logIn(app, person);
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    const [link, reset] = [await linkOf(app, newcomer()), await nextLink(app, person.email)];
    await expectDead(app, reset, tokens.refreshToken, tokens.deviceToken);
    for (const [path, json] of Object.entries({
      'password/reset': { token: link, newPassword: 'nine calm badgers on a ferry' },
      'email/change/confirm': { token: link },
      'email/change/undo': { token: link },
    }))
      expectProblem(await app.api.post(`/v1/auth/${path}`, { json }), 422, 'invalid-or-expired-token');
    expect((await verify(app, link)).status).toBe(204);
    const newPassword = 'nine calm badgers on a ferry';
    const used = await app.api.post('/v1/auth/password/reset', { json: { token: reset, newPassword } });
    expect(used.status).toBe(204);
  });

  it('is not used up by a request that only looks at it, as a mail scanner does', async () => {
    const person = newcomer();
    await register(app, person);
    const mail = await app.mailFor(person.email);
    const token = tokenIn(mail);
    const [href = ''] = /https:\S+#token=[\w-]+/.exec(mail.text) ?? [];
    const { pathname, search } = new URL(href);
    expect(search).toBe('');
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const path of [VERIFY, `${VERIFY}?token=${token}`, `${VERIFY}/${token}`])
        expect((await app.api.send(method, path)).status).toBeGreaterThanOrEqual(400);
    await app.api.get(pathname);
    const looked = await app.api.get<ProblemBody>(`${VERIFY}?token=${token}`);
    expectProblem(looked, 405, 'method-not-allowed');
    expect(looked.headers.get('allow')).toBe('POST');
    expectProblem(await app.api.post(`${VERIFY}?token=${token}`, { json: {} }), 422, 'validation-failed');
    expect((await verify(app, token)).status).toBe(204);
  });
});

describe('the verification links of one account', () => {
  it('are at most five: a sixth is not sent, and the five work until one is used', async () => {
    const { person, tokens } = await fiveLinks();
    await resend(app, person.email);
    await register(app, { ...person, password: 'nine calm badgers on a ferry' });
    expect(await subjectsFor(app, person.email)).toHaveLength(5);
    expect(new Set(tokens).size).toBe(5);
    await expectGood(app, ...tokens);
    expect((await verify(app, tokens[2], PASSWORD)).status).toBe(204);
    await expectDead(app, ...tokens);
  });

  it('are five, however many are requested at once', async () => {
    const { email } = await app.someone();
    await inParallel(7, async () => resend(app, email));
    expect(await subjectsFor(app, email)).toHaveLength(5);
  });

  it('can be requested again when they expire', async () => {
    const { person, tokens } = await fiveLinks();
    app.clock.advance({ hours: 24 });
    await resend(app, person.email);
    await expectDead(app, ...tokens);
    expect((await verify(app, await nextLink(app, person.email))).status).toBe(204);
  });

  it('used all at once work once', async () => {
    const { tokens } = await fiveLinks();
    expectUsedOnce(await Promise.all([...tokens, tokens[0]].map(async (token) => verify(app, token))));
  });

  it('do not revoke those of another account', async () => {
    const [ada, bob] = await Promise.all([linkOf(app, newcomer()), linkOf(app, newcomer())]);
    expect((await verify(app, ada)).status).toBe(204);
    await expectGood(app, bob);
  });
});
