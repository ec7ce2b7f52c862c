import { PASSWORD, type TestApp } from '../../support/app';
import { cookiesOf, DEVICE } from '../../support/cookies';
import { nextLink, nextMail } from '../../support/mailbox';
import { inParallel } from '../../support/parallel';
import { reset, resetLink } from '../../support/password-reset';
import { expectProblem } from '../../support/problem';
import { attemptsOf } from '../../support/registrations';
import { expectOver } from '../../support/sessions';
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

const logIn = async (password: string, deviceToken?: string) =>
  app.api.post<{ deviceToken: string }>('/v1/auth/login', {
    json: { email: person.email, password, deviceToken },
  });

describe('a password reset', () => {
  it('revokes every session, and does not sign in', async () => {
    const sessions = await inParallel(3, async () => app.signIn(person));
    const stranger = await app.signIn();
    const answer = await reset(app, await resetLink(app, person.email), NEW);
    expect(answer.text).toBe('');
    expect(Object.keys(cookiesOf(answer))).toEqual([DEVICE]);
    await expectOver(app, ...sessions);
    const { status } = await app.api.get('/v1/users/me', { token: stranger.accessToken });
    expect(status).toBe(200);
  });

  const deviceIn = (token: string) => token.slice('dt_'.length, 'dt_'.length + 21);

  it('makes the devices of before unknown, and the one it was done with known', async () => {
    const before = (await logIn(PASSWORD)).body.deviceToken;
    const { value, attributes } = cookiesOf(await reset(app, await resetLink(app, person.email), NEW))[
      DEVICE
    ] ?? { value: '', attributes: {} };
    expect(value).toMatch(/^dt_[\w-]{68}$/);
    expect(attributes).toMatchObject({ 'Max-Age': '31536000', Path: '/', HttpOnly: '', Secure: '' });
    // The first sign-in with it makes it a token like others, of the same device.
    const after = (await logIn(NEW, value)).body.deviceToken;
    expect([after === value, deviceIn(after)]).toEqual([false, deviceIn(value)]);
    expect((await logIn(NEW, before)).body.deviceToken).not.toBe(before);
    const next = await reset(app, await resetLink(app, person.email), PASSWORD);
    expect((await logIn(PASSWORD, value)).body.deviceToken).not.toBe(value);
    const given = cookiesOf(next)[DEVICE]?.value ?? '';
    expect(deviceIn((await logIn(PASSWORD, given)).body.deviceToken)).toBe(deviceIn(given));
  });

  it('is reported to the owner, at the stored address', async () => {
    await reset(app, await resetLink(app, person.email), NEW);
    const { to, text } = await nextMail(app, person.email, 'changed');
    expect(to).toEqual([person.email]);
    expect(text).not.toMatch(/#token=|https?:/);
  });

  it('cancels a change of address that is not confirmed yet', async () => {
    const { accessToken: token } = await app.signIn(person);
    const newEmail = `thief-${person.email}`;
    await app.api.post('/v1/auth/email/change', { token, json: { newEmail, password: PASSWORD } });
    const confirmation = await nextLink(app, newEmail, 'newAddress');
    await reset(app, await resetLink(app, person.email), NEW);
    const answer = await app.api.post('/v1/auth/email/change/confirm', { json: { token: confirmation } });
    expectProblem(answer, 422, 'invalid-or-expired-token');
    expect((await logIn(NEW)).status).toBe(200);
  });
});

describe('a password reset of an address not verified yet', () => {
  it('verifies it, and removes what others registered with it', async () => {
    const strict = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
    const { email } = await strict.someone();
    const planted = { email, password: 'a password that Eve planted' };
    await strict.api.post('/v1/auth/register', { json: planted });
    const verification = await nextLink(strict, email, 'verification');
    expect((await reset(strict, await resetLink(strict, email), NEW)).status).toBe(204);
    const { accessToken: token } = await strict.signIn({ email, password: NEW });
    expect((await strict.api.get('/v1/users/me', { token })).body).toMatchObject({ emailVerified: true });
    expect((await strict.api.post('/v1/auth/login', { json: planted })).status).toBe(401);
    const json = { token: verification, password: planted.password };
    const answer = await strict.api.post('/v1/auth/email/verify', { json });
    expectProblem(answer, 422, 'invalid-or-expired-token');
    expect(await attemptsOf(strict, email)).toEqual([]);
  });
});
