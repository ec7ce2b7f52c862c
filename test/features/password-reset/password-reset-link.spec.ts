import type { ProblemBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { countMails, nextLink } from '../../support/mailbox';
import { inParallel } from '../../support/parallel';
import { reset, resetLink } from '../../support/password-reset';
import { expectProblem, violations } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

const NEW = 'nine calm badgers on a ferry';

let app: TestApp;
let person: { email: string; password: string };

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

beforeEach(async () => {
  person = await app.someone();
});

const logIn = async (password: string) =>
  app.api.post('/v1/auth/login', { json: { email: person.email, password } });
const expectRefused = (answer: Awaited<ReturnType<typeof reset>>) =>
  expectProblem(answer, 422, 'invalid-or-expired-token');

describe('a reset link', () => {
  it('sets the password, once', async () => {
    const token = await resetLink(app, person.email);
    expect(token).toMatch(/^pr_[\w-]{43}$/);
    const { status, text, headers } = await reset(app, token, NEW);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expectRefused(await reset(app, token, `${NEW}, again`));
    expect([(await logIn(NEW)).status, (await logIn(PASSWORD)).status]).toEqual([200, 401]);
  });

  it('used four times at once sets one password, that of the request that is answered 204', async () => {
    const token = await resetLink(app, person.email);
    const answers = await inParallel(4, async (index) => reset(app, token, `${NEW} no. ${index}`));
    const done = answers.flatMap(({ status }, index) => (status === 204 ? [index] : []));
    expect(done).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 204)) expectRefused(answer);
    const signIns = await inParallel(4, async (index) => logIn(`${NEW} no. ${index}`));
    expect(signIns.flatMap(({ status }, index) => (status === 200 ? [index] : []))).toEqual(done);
    expect(await countMails(app, person.email, 'changed')).toBe(1);
  });

  it('works for an hour, to the millisecond', async () => {
    const [early, late] = [await resetLink(app, person.email), await app.someone()];
    const lateLink = await resetLink(app, late.email);
    app.clock.advance({ minutes: 59, seconds: 59, milliseconds: 999 });
    expect((await reset(app, early, NEW)).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    expectRefused(await reset(app, lateLink, NEW));
    await app.signIn(late);
  });

  // Links of other purposes: mail-links.spec.ts.
  it('is not accepted in place of another link, nor another link with the prefix of a reset', async () => {
    const { accessToken: token } = await app.signIn(person);
    const newEmail = `new-${person.email}`;
    await app.api.post('/v1/auth/email/change', { token, json: { newEmail, password: person.password } });
    const confirmation = await nextLink(app, newEmail, 'newAddress');
    const own = await resetLink(app, person.email);
    expectRefused(await reset(app, `pr_${confirmation.slice(3)}`, NEW));
    const json = { token: `ec_${own.slice(3)}` };
    expectRefused(await app.api.post<ProblemBody>('/v1/auth/email/change/confirm', { json }));
    expect((await logIn(PASSWORD)).status).toBe(200);
    expect((await reset(app, own, NEW)).status).toBe(204);
  });

  it('is accepted in one spelling only', async () => {
    const token = await resetLink(app, person.email);
    const body = token.slice(3);
    for (const other of [
      '',
      ' ',
      `${token}A`,
      ` ${token}`,
      token.slice(0, -1),
      `PR_${body}`,
      body,
      `${token}=`,
    ])
      expectRefused(await reset(app, other, NEW));
    for (const other of [5, null, [token], { token }, 'x'.repeat(257)]) {
      const json = { token: other, newPassword: NEW };
      const answer = await app.api.post<ProblemBody>('/v1/auth/password/reset', { json });
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual(['/token']);
    }
    expect((await reset(app, token, NEW)).status).toBe(204);
  });

  it('is not used up by a request that only looks at it, as a mail scanner does', async () => {
    const token = await resetLink(app, person.email);
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
      for (const query of [`?token=${token}`, `?token=${token}&newPassword=${encodeURIComponent(NEW)}`])
        expect((await app.api.send(method, `/v1/auth/password/reset${query}`)).status).toBe(405);
    expect((await app.api.post(`/v1/auth/password/reset?token=${token}`, { json: {} })).status).toBe(422);
    expect((await logIn(PASSWORD)).status).toBe(200);
    expect((await reset(app, token, NEW)).status).toBe(204);
  });

  it('stays valid where the new password is refused', async () => {
    const token = await resetLink(app, person.email);
    const refused: [string, string][] = [
      ['too short', 'password-too-short'],
      ['x'.repeat(129), 'passphrase'],
      ['', 'passphrase'],
    ];
    for (const [password, code] of refused) {
      const answer = await reset(app, token, password);
      expectProblem(answer, 422, 'validation-failed');
      expect(violations(answer)).toEqual({ '/newPassword': code });
    }
    expect((await logIn(PASSWORD)).status).toBe(200);
    expect((await reset(app, token, NEW)).status).toBe(204);
  });

  it.each([
    ['disabled', `UPDATE users SET status = 'disabled' WHERE email = $1`],
    ['deleted', undefined],
  ])('of an account that is %s by now does not work', async (_, statement) => {
    const token = await resetLink(app, person.email);
    const { accessToken } = await app.signIn(person);
    if (statement) await app.query(statement, [person.email]);
    else
      await app.api.post('/v1/users/me/delete', { token: accessToken, json: { password: person.password } });
    expectRefused(await reset(app, token, NEW));
    // Nor does it open an account that was made of the address since.
    if (!statement) await app.api.post('/v1/auth/register', { json: person });
    expectRefused(await reset(app, token, NEW));
    expect((await logIn(NEW)).status).toBe(401);
  });
});
