import { PasswordsService } from '../../../src/passwords';
import type { Answer, ProblemBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { ACCESS, cookiesOf, DEVICE, Jar, REFRESH, signedIn, withCookies } from '../../support/cookies';
import { OTHER_SETTINGS } from '../../support/other-settings';
import { expectProblem, violations } from '../../support/problem';
import { sessionIdOf } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';
import { aMember } from '../../support/staff';

const YEAR_SECONDS = 365 * 86_400;
const ANY_TOKEN = /eyJ|rt_|dt_/;

/** Exactly these: no Domain, no Expires. */
const flags = (maxAge: number) => ({
  Path: '/',
  HttpOnly: '',
  Secure: '',
  SameSite: 'Strict',
  'Max-Age': String(maxAge),
});

/** @returns the names that are set, once all rules for setting them hold */
function expectTokensInCookiesOnly(answer: Answer<object>): string[] {
  const { expiresIn, refreshExpiresIn } = answer.body as Record<string, number>;
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    tokenType: 'Cookie',
    expiresIn: expect.any(Number) as number,
    refreshExpiresIn: expect.any(Number) as number,
  });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const cookies = cookiesOf(answer);
  const maxAges: Record<string, number | undefined> = {
    [ACCESS]: expiresIn,
    [REFRESH]: refreshExpiresIn,
    [DEVICE]: YEAR_SECONDS,
  };
  for (const [name, { value, attributes }] of Object.entries(cookies)) {
    expect({ name, attributes }).toEqual({ name, attributes: flags(maxAges[name] ?? NaN) });
    // RFC 6265: nothing in it that any client would quote, cut or escape.
    expect(value).toMatch(/^[\w.-]+$/);
  }
  const others = [...answer.headers].filter(([name]) => name !== 'set-cookie').flat();
  expect([answer.text, ...others].join('\n')).not.toMatch(ANY_TOKEN);
  return Object.keys(cookies).toSorted();
}

describe('cookie mode', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const sessions = async () =>
    (await app.query<{ count: number }>('SELECT count(*)::int AS count FROM sessions'))[0]?.count;
  const logIn = async (query: string, json?: object, headers = {}) =>
    app.api.post<ProblemBody>(`/v1/auth/login${query}`, { json: json ?? (await app.someone()), headers });

  it('returns a sign-in as three cookies, and only public values in the body', async () => {
    const answer = await logIn('?useCookies=true');
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, DEVICE, REFRESH]);
    expect(answer.body).toEqual({ tokenType: 'Cookie', expiresIn: 900, refreshExpiresIn: 14 * 86_400 });
    const { [ACCESS]: access, [REFRESH]: refresh, [DEVICE]: device } = cookiesOf(answer);
    expect(access?.value).toMatch(/^eyJ/);
    expect(refresh?.value).toMatch(/^rt_/);
    expect(device?.value).toMatch(/^dt_/);
  });

  it('refreshes to two new cookies', async () => {
    const jar = await signedIn(app);
    const before = jar.copy();
    const answer = await jar.send('POST', '/v1/auth/refresh');
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, REFRESH]);
    expect(jar.access).not.toBe(before.access);
    expect(jar.refresh).not.toBe(before.refresh);
    expect(sessionIdOf(jar.access)).toBe(sessionIdOf(before.access));
    expect((await jar.send('GET', '/v1/users/me')).status).toBe(200);
  });

  it.each([[{}], [{ refreshToken: null }], [undefined]])('refreshes with the body %j', async (json) => {
    const jar = await signedIn(app);
    const answer = await jar.send('POST', '/v1/auth/refresh', { json });
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, REFRESH]);
  });

  it('reauthenticates to two new cookies of the same session', async () => {
    const jar = await signedIn(app);
    const before = jar.copy();
    app.clock.advance({ seconds: 5 });
    const answer = await jar.send('POST', '/v1/auth/reauthenticate', { json: { password: PASSWORD } });
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, REFRESH]);
    expect(sessionIdOf(jar.access)).toBe(sessionIdOf(before.access));
    expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(200);
  });

  it('keeps to cookies where the access token in the cookie is of a sign-in without them', async () => {
    const { accessToken } = await app.signIn();
    const jar = new Jar(app).keep({ [ACCESS]: accessToken });
    const answer = await jar.send('POST', '/v1/auth/reauthenticate', { json: { password: PASSWORD } });
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, REFRESH]);
  });

  it('reauthenticates a bearer to tokens in the body, and sets nothing', async () => {
    const jar = await signedIn(app);
    const { accessToken: token } = await app.signIn();
    const json = { password: PASSWORD };
    const { body, headers } = await jar.send('POST', '/v1/auth/reauthenticate', { json, token });
    expect(body).toMatchObject({
      tokenType: 'Bearer',
      refreshToken: expect.stringMatching(/^rt_/) as string,
    });
    expect(headers.getSetCookie()).toEqual([]);
  });

  it('authenticates every guarded route, for reading and for writing', async () => {
    const jar = await signedIn(app);
    expect((await jar.send('GET', '/v1/users/me')).status).toBe(200);
    const renamed = await jar.send('PATCH', '/v1/users/me', { json: { displayName: 'Ada' } });
    expect(renamed.body).toMatchObject({ displayName: 'Ada' });
    expect(renamed.headers.getSetCookie()).toEqual([]);
    expect((await jar.send('DELETE', '/v1/sessions?includeCurrent=true')).status).toBe(204);
    expectProblem(await jar.send('GET', '/v1/users/me'), 401, 'invalid-token');
  });

  it.each([
    [{ 'x-forwarded-proto': 'http' }],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }],
    [{ origin: 'https://auth.example.test' }],
    [{ forwarded: 'proto=http;host=evil.example', 'x-forwarded-prefix': '/app' }],
    [{ 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X)' }],
  ])('has the same flags whatever a request says: %j', async (headers) => {
    const answer = await logIn('?useCookies=true', undefined, headers);
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, DEVICE, REFRESH]);
  });

  it.each(['', '?useCookies=false'])('is off with %j, also for a client that has cookies', async (query) => {
    const person = await app.someone();
    const jar = await new Jar(app).signIn(person);
    const { accessToken } = (await jar.send('POST', `/v1/auth/login${query}`, { json: person })).body;
    expect(accessToken).toMatch(/^eyJ/);
    const { headers } = await jar.send('POST', `/v1/auth/login${query}`, { json: person });
    expect(headers.getSetCookie()).toEqual([]);
  });

  it.each([
    '?useCookies=TRUE',
    '?useCookies=True',
    '?useCookies=1',
    '?useCookies=yes',
    '?useCookies=true%20',
    '?useCookies=',
    '?useCookies',
    '?useCookies=true&useCookies=true',
    '?useCookies=false&useCookies=true',
    '?useCookies[]=true',
    '?usecookies=true',
    '?useCookies=true&email=ada@example.com',
  ])('is not meant by %s, which no password is checked for', async (query) => {
    const person = await app.someone();
    const before = await sessions();
    const verify = jest.spyOn(app.nest.get(PasswordsService), 'verify');
    const answer = await logIn(query, person);
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toHaveLength(1);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await sessions()).toBe(before);
  });

  it('sets nothing where the sign-in or the reauthentication fails', async () => {
    const person = await app.someone();
    const jar = await new Jar(app).signIn(person);
    const wrong = { ...person, password: 'not the password of any user' };
    const refused = await logIn('?useCookies=true', wrong, withCookies(jar.all).headers);
    expectProblem(refused, 401, 'invalid-credentials');
    expect(refused.headers.getSetCookie()).toEqual([]);
    const again = await jar.send('POST', '/v1/auth/reauthenticate', { json: { password: wrong.password } });
    expectProblem(again, 401, 'invalid-credentials');
    expect(again.headers.getSetCookie()).toEqual([]);
    expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(200);
  });
});

describe('the cookies of a session that is about to expire', () => {
  it('expire with it', async () => {
    const app = await sharedApp({ env: OTHER_SETTINGS });
    const { email, password } = await aMember(app);
    const jar = await new Jar(app).signIn({ email, password });
    app.clock.advance({ hours: 23 });
    await jar.send('POST', '/v1/auth/refresh');
    app.clock.advance({ hours: 12, minutes: 59 });
    const answer = await jar.send('POST', '/v1/auth/refresh');
    expect(expectTokensInCookiesOnly(answer)).toEqual([ACCESS, REFRESH]);
    expect(answer.body).toEqual({ tokenType: 'Cookie', expiresIn: 60, refreshExpiresIn: 60 });
  });
});
