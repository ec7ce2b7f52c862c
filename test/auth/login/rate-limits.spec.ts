import { LOGIN_BY_ACCOUNT, LOGIN_BY_DEVICE, REAUTHENTICATION } from '../../../src/auth/auth.rate-limits';
import { PasswordsService } from '../../../src/passwords';
import type { ProblemBody } from '../../support/api';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { readJws } from '../../support/jws';
import { from, LimitedApp, newSource, OTHER } from '../../support/limited';
import { expectProblem } from '../../support/problem';
import { tokenIn } from '../../support/smtp-sink';

let limited: LimitedApp;
let app: TestApp;
let person: Person;

const logIn: LimitedApp['logIn'] = async (json, source) => limited.logIn(json, source);
/** Counts as many guesses at the account as one window allows, or fewer. */
const spend = async (count = LOGIN_BY_ACCOUNT.quota, { email } = person) =>
  limited.spend(LOGIN_BY_ACCOUNT, count, email);

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

beforeEach(async () => {
  person = await limited.someone();
});

describe('guesses at an account', () => {
  it('from any number of sources at once are stopped at ten, before a password is checked', async () => {
    await spend(8);
    const verify = jest.spyOn(app.nest.get(PasswordsService), 'verify');
    const statuses = (await limited.guessAt(person.email, 5)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([401, 401, 429, 429, 429]);
    expect(verify).toHaveBeenCalledTimes(2);
    verify.mockRestore();
  });

  it('are answered alike, right or wrong, and whether or not the account exists', async () => {
    const stranger = { email: `unknown-${person.email}`, password: OTHER };
    await spend();
    await spend(LOGIN_BY_ACCOUNT.quota, stranger);
    const visible = async (json: object) => {
      const answer = await logIn(json);
      expectProblem(answer, 429, 'rate-limited');
      const { instance, ...body } = answer.body as unknown as ProblemBody;
      const { date, 'x-request-id': requestId, ...headers } = Object.fromEntries(answer.headers);
      expect([instance, date, requestId]).not.toContain(undefined);
      return { body, headers };
    };
    const right = await visible(person);
    expect(right.headers['retry-after']).toBe('1800');
    expect(right.headers.ratelimit).toBe('"login";r=0;t=1800');
    expect(await visible({ ...person, password: OTHER })).toEqual(right);
    expect(await visible(stranger)).toEqual(right);
  });

  it('keep out neither a known device nor, after a reset, a new one', async () => {
    const { deviceToken } = (await logIn(person)).body;
    await spend();
    expect((await logIn(person)).status).toBe(429);
    expect((await logIn({ ...person, deviceToken })).status).toBe(200);

    const home = newSource();
    const headers = from(home);
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email }, headers });
    const token = tokenIn(await app.mailFor(person.email));
    const json = { token, newPassword: OTHER };
    expect((await app.api.post('/v1/auth/password/reset', { json, headers })).status).toBe(204);
    const renewed = { ...person, password: OTHER };
    expect((await logIn(renewed)).status).toBe(429);
    expect((await logIn(renewed, home)).status).toBe(200);
    expect((await logIn({ ...renewed, deviceToken })).status).toBe(429);
  });

  it('with the device token of another user, or a forged one, count as those of a stranger', async () => {
    const { deviceToken } = (await logIn(await limited.someone())).body;
    await spend(8);
    for (const [index, token] of [deviceToken, `dt_${'A'.repeat(68)}`, ''].entries()) {
      const { status } = await logIn({ ...person, password: OTHER, deviceToken: token });
      expect(status).toBe(index < 2 ? 401 : 429);
    }
    expect((await logIn({ ...person, deviceToken })).status).toBe(429);
  });

  it('from a known device are limited as well', async () => {
    const { deviceToken } = (await logIn(person)).body;
    const wrong = { ...person, password: OTHER, deviceToken };
    for (let guess = 1; guess < LOGIN_BY_DEVICE.quota; guess++) await logIn(wrong);
    expect([(await logIn(wrong)).status, (await logIn(wrong)).status]).toEqual([401, 429]);
    expect((await logIn(person)).status).toBe(200);
  });

  it('stop a sign-in until Retry-After, and count for nothing after two windows with right ones', async () => {
    await spend();
    app.clock.advance({ seconds: Number((await logIn(person)).headers.get('retry-after')) });
    expect((await logIn(person)).status).toBe(200);
    app.clock.advance({ minutes: 31 });
    expect((await logIn(person)).status).toBe(200);
    await spend(9);
    expect((await logIn({ ...person, password: OTHER })).status).toBe(401);
    expect((await logIn(person)).status).toBe(429);
  });
});

describe('a session', () => {
  it.each([
    ['/v1/auth/reauthenticate', { password: OTHER }],
    ['/v1/auth/password/change', { currentPassword: OTHER, newPassword: 'seven quiet herons wait by tins' }],
    ['/v1/auth/email/change', { newEmail: 'attacker@example.com', password: OTHER }],
    ['/v1/users/me/delete', { password: OTHER }],
  ])('allows ten guesses at the password: POST %s', async (path, json) => {
    const { accessToken: token } = (await logIn(person)).body;
    await limited.spend(REAUTHENTICATION, 9, String(readJws(token).claims.sid));
    expectProblem(await app.api.post(path, { json, token }), 401, 'invalid-credentials');
    expectProblem(await app.api.post(path, { json, token }), 429, 'rate-limited');
    const right = { json: { password: PASSWORD }, token };
    expectProblem(await app.api.post('/v1/auth/reauthenticate', right), 429, 'rate-limited');
    expect((await logIn(person)).status).toBe(200);
  });
});
