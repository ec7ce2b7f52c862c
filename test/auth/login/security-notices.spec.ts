import type { Answer, TokenBody } from '../../support/api';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { from, LimitedApp, newSource, OTHER } from '../../support/limited';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import { expectOpen, expectOver } from '../../support/sessions';
import { tokenIn } from '../../support/smtp-sink';

const NEW_SIGN_IN = 'New sign-in to your account at Gatehouse';

let limited: LimitedApp;
let app: TestApp;
let person: Person;

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

beforeEach(async () => {
  person = await app.someone();
});

/** Sends from an address of its own, so that no limit of a source is met. */
const post = async <Body>(path: string, json: object, token?: string): Promise<Answer<Body>> =>
  app.api.post(`/v1/auth/${path}`, {
    json,
    headers: from(newSource()),
    ...(token !== undefined && { token }),
  });
const endSession = async (token: string) => post<object>('sessions/end', { token });
const logIn = async (deviceToken?: string) => (await limited.logIn({ ...person, deviceToken })).body;
const nextToken = async () => tokenIn(await app.mailFor(person.email));

const subjects = async () => {
  await app.mailsSent();
  return app.smtp.for(person.email).map(({ subject }) => subject);
};

describe('a sign-in on an unknown device after failures', () => {
  it('is reported to the owner, with a link that revokes that session once', async () => {
    const before = await logIn();
    await limited.guessAt(person.email, 3);
    const source = newSource();
    const { body: attacker } = await limited.logIn(person, source);
    const mail = await app.mailFor(person.email);
    expect(mail.subject).toBe(NEW_SIGN_IN);
    expect(mail.text).toContain(source);
    const token = tokenIn(mail);
    const ended = await inParallel(4, async () => endSession(token));
    expect(ended.filter(({ status }) => status === 204)).toHaveLength(1);
    expectProblem(await endSession(token), 422, 'invalid-or-expired-token');
    await expectOver(app, attacker);
    await expectOpen(app, before);
  });

  it('is not reported where there were none, or where the device is known', async () => {
    const { deviceToken } = await logIn();
    await logIn();
    await limited.guessAt(person.email, 3);
    await logIn(deviceToken);
    expect(await subjects()).toEqual([]);
  });

  it('is reported at most three times an hour', async () => {
    await limited.guessAt(person.email, 2);
    for (let at = 0; at < 5; at++) await logIn();
    expect(await subjects()).toEqual([NEW_SIGN_IN, NEW_SIGN_IN, NEW_SIGN_IN]);
  });

  it('has a link of its own, which works for seven days', async () => {
    await limited.guessAt(person.email, 2);
    const thieves = [await logIn(), await logIn(), await logIn()];
    const [first, second, late] = [await nextToken(), await nextToken(), await nextToken()];
    for (const token of [first, second]) expect((await endSession(token)).status).toBe(204);
    const open: number[] = [];
    for (const { accessToken: token } of thieves)
      open.push((await app.api.get('/v1/auth/principal', { token })).status);
    // Mails overtake each other: which link is of which session is not known.
    expect(open.filter((status) => status === 401)).toHaveLength(2);
    app.clock.advance({ days: 7 });
    expectProblem(await endSession(late), 422, 'invalid-or-expired-token');
  });
});

describe('a refresh token that is used again', () => {
  it('is reported to the owner', async () => {
    const { refreshToken } = await logIn();
    const refresh = async () => (await post('refresh', { refreshToken })).status;
    expect(await refresh()).toBe(200);
    app.clock.advance({ minutes: 1 });
    expect([await refresh(), await refresh()]).toEqual([401, 401]);
    expect(await subjects()).toEqual(['A device was signed out of your account at Gatehouse']);
  });
});

describe('the unverified mailbox of an account', () => {
  const change = async (times: number) => {
    const { accessToken: token } = await logIn();
    const passwords = [PASSWORD, ...Array.from({ length: times }, (_, index) => `${OTHER}, no. ${index}`)];
    for (const [index, newPassword] of passwords.slice(1).entries()) {
      const json = { currentPassword: passwords[index], newPassword };
      expect((await post('password/change', json, token)).status).toBe(204);
    }
    return { token, password: passwords.at(-1) ?? '' };
  };

  it('gets three mails an hour, whatever an account does that a stranger made for it, and however many they make', async () => {
    const { token, password } = await change(2);
    const json = { newEmail: `moved-${person.email}`, password };
    expect((await post('email/change', json, token)).status).toBe(202);
    const leave = await app.api.post('/v1/users/me/delete', { token, json: { password } });
    expect(leave.status).toBe(204);
    expect((await post('register', person)).status).toBe(202);
    await change(2);
    const changed = 'Your password for Gatehouse was changed';
    const moved = 'The address of your account at Gatehouse is to be changed';
    expect(await subjects()).toEqual([changed, changed, moved, 'Confirm your address for Gatehouse']);
  });

  it('gets every mail from the moment it is proven', async () => {
    await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
    await change(5);
    expect(await subjects()).toHaveLength(5);
  });
});

describe('a changed password', () => {
  it('is reported with a link that revokes the session that changed it', async () => {
    const attacker: TokenBody = await logIn();
    const json = { currentPassword: PASSWORD, newPassword: OTHER };
    expect((await post('password/change', json, attacker.accessToken)).status).toBe(204);
    expect((await endSession(await nextToken())).status).toBe(204);
    await expectOver(app, attacker);
  });
});
