import type { ProblemBody, TokenBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { cookiesOf, DEVICE, isOpen, Jar } from '../../support/cookies';
import { countMails, nextLink, nextMail } from '../../support/mailbox';
import { reset, resetLink } from '../../support/password-reset';
import { expectProblem, violations } from '../../support/problem';
import { expectOpen, expectOver } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

const NEW = 'nine calm badgers on a ferry';
const WRONG = 'not the password of any account';

let app: TestApp;
let person: { email: string; password: string };
let here: TokenBody;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

beforeEach(async () => {
  person = await app.someone();
  here = await app.signIn(person);
});

const change = async (
  newPassword: string,
  currentPassword = PASSWORD,
  { accessToken: token }: TokenBody = here,
) => app.api.post<ProblemBody>('/v1/auth/password/change', { token, json: { currentPassword, newPassword } });
const statusWith = async (password: string) =>
  (await app.api.post('/v1/auth/login', { json: { email: person.email, password } })).status;

describe('changing the password', () => {
  it('sets the new password, and the old one no longer works', async () => {
    const { status, text, headers } = await change(NEW);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(headers.getSetCookie()).toEqual([]);
    expect([await statusWith(NEW), await statusWith(PASSWORD)]).toEqual([200, 401]);
  });

  it('revokes the other sessions and keeps the current one', async () => {
    const there = await app.signIn(person);
    const stranger = await app.signIn();
    await change(NEW);
    await expectOver(app, there);
    await expectOpen(app, here, stranger);
    const answer = await app.api.post('/v1/auth/reauthenticate', {
      token: here.accessToken,
      json: { password: NEW },
    });
    expect(answer.status).toBe(200);
  });

  it('verifies the current password before it checks the new one', async () => {
    const there = await app.signIn(person);
    for (const newPassword of [NEW, 'too short', 'x'.repeat(128)]) {
      const answer = await change(newPassword, WRONG);
      expectProblem(answer, 401, 'invalid-credentials');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    }
    expect(await statusWith(PASSWORD)).toBe(200);
    expect(await countMails(app, person.email, 'changed')).toBe(0);
    await expectOpen(app, here, there);
  });

  it('refuses a password that violates the policy, and changes nothing', async () => {
    for (const [newPassword, code] of [
      ['too short', 'password-too-short'],
      ['', 'passphrase'],
      ['x'.repeat(129), 'passphrase'],
      ['\ud800 and a good deal more', 'passphrase'],
    ]) {
      const answer = await change(newPassword ?? '');
      expectProblem(answer, 422, 'validation-failed');
      expect(violations(answer)).toEqual({ '/newPassword': code });
    }
    expect(await statusWith(PASSWORD)).toBe(200);
    await expectOpen(app, here);
  });

  it('requires a sign-in before any other check', async () => {
    const answer = await app.api.post('/v1/auth/password/change', { json: { nothing: 'of it' } });
    expectProblem(answer, 401, 'authentication-required');
  });

  it('is reported to the owner, at the stored address', async () => {
    await change(NEW);
    const { to, text } = await nextMail(app, person.email, 'changed');
    expect(to).toEqual([person.email]);
    expect(text).toMatch(/#token=se_/);
  });

  it('cancels the change of address that an attacker has requested', async () => {
    const thief = await app.signIn(person);
    const newEmail = `thief-${person.email}`;
    const json = { newEmail, password: PASSWORD };
    await app.api.post('/v1/auth/email/change', { token: thief.accessToken, json });
    const token = await nextLink(app, newEmail, 'newAddress');
    await change(NEW);
    const answer = await app.api.post('/v1/auth/email/change/confirm', { json: { token } });
    expectProblem(answer, 422, 'invalid-or-expired-token');
    expect(await statusWith(NEW)).toBe(200);
  });

  it('several times does not prevent a reset by the owner: links issued before and in between stay valid', async () => {
    const early = await resetLink(app, person.email);
    let current = PASSWORD;
    for (let round = 0; round < 2; round++) {
      expect((await change(`${NEW} no. ${round}`, current)).status).toBe(204);
      current = `${NEW} no. ${round}`;
    }
    const late = await resetLink(app, person.email);
    expect((await change(WRONG, current)).status).toBe(204);
    expect((await reset(app, early, NEW)).status).toBe(204);
    expectProblem(await reset(app, late, WRONG), 422, 'invalid-or-expired-token');
    expect([await statusWith(NEW), await statusWith(WRONG)]).toEqual([200, 401]);
    expectProblem(await change(WRONG, NEW), 401, 'invalid-token');
  });

  it('accepts a password in any Unicode normalization form', async () => {
    await change('Zoe\u0308 juggles seven lanterns');
    expect(await statusWith('Zo\u00eb juggles seven lanterns')).toBe(200);
  });
});

describe('changing the password by cookies', () => {
  const json = { currentPassword: PASSWORD, newPassword: NEW };

  it('leaves the browser signed in, with a new token of its device', async () => {
    const jar = await new Jar(app).signIn(person);
    const answer = await jar.send('POST', '/v1/auth/password/change', {
      json,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect([answer.status, Object.keys(cookiesOf(answer))]).toEqual([204, [DEVICE]]);
    expect(await isOpen(app, jar)).toBe(true);
    expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(200);
    await expectOver(app, here);
  });

  it('is refused to a page of another site', async () => {
    const jar = await new Jar(app).signIn(person);
    const elsewhere: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'https://evil.example.test' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of elsewhere) {
      const answer = await jar.send('POST', '/v1/auth/password/change', { json, headers });
      expectProblem(answer, 403, 'cross-site-request');
    }
    expect([await statusWith(PASSWORD), await statusWith(NEW)]).toEqual([200, 401]);
    await expectOpen(app, here);
  });
});
