import { DeviceTokens } from '../../../src/auth';
import { UsersService } from '../../../src/users';
import type { ProblemBody } from '../../support/api';
import type { Person, TestApp } from '../../support/app';
import { ACCESS, cookiesOf, DEVICE, Jar, REFRESH, withCookies } from '../../support/cookies';
import { expectProblem, violations } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

const FORM = /^dt_[\w-]{68}$/;

describe('a device token', () => {
  let app: TestApp;
  let person: Person;
  /** That a sign-in of the person without one was given. */
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    person = await app.someone();
    token = await given(person);
  });

  /** Signs in without cookie mode. */
  const given = async (who: Person, deviceToken?: unknown, headers = {}): Promise<string> => {
    const json = { ...who, ...(deviceToken !== undefined && { deviceToken }) };
    const { status, body } = await app.api.post<{ deviceToken: string }>('/v1/auth/login', { json, headers });
    expect(status).toBe(200);
    return body.deviceToken;
  };

  /** Signs in by cookies. */
  const kept = async (who: Person, cookies: Record<string, string>, deviceToken?: string) => {
    const json = { ...who, deviceToken };
    return (await new Jar(app).keep(cookies).signIn(who, { json })).device;
  };

  /** The device that a token of the person names; null where it counts for nothing. */
  const deviceOf = async (deviceToken: string): Promise<string | null> =>
    app.nest
      .get(DeviceTokens)
      .nameOf(await app.nest.get(UsersService).findByEmail(person.email), deviceToken);

  it('is of one device: each sign-in that presents none is given its own', async () => {
    const tokens = [token, await given(person), await kept(person, {}), await kept(person, {})];
    expect(new Set(tokens).size).toBe(4);
    for (const each of tokens) expect(each).toMatch(FORM);
  });

  it('is kept by the device that presents it, in the body or as a cookie', async () => {
    expect(await given(person, token)).toBe(token);
    expect(await kept(person, { [DEVICE]: token })).toBe(token);
    expect(await kept(person, {}, token)).toBe(token);
  });

  it('in the body counts, and not the cookie beside it', async () => {
    const inCookie = await given(person);
    expect(await kept(person, { [DEVICE]: inCookie }, token)).toBe(token);
    expect([token, inCookie]).not.toContain(await kept(person, { [DEVICE]: inCookie }, 'dt_nonsense'));
  });

  it('in a cookie is not looked at without cookie mode, not even where it was sent twice', async () => {
    for (const cookie of [`${DEVICE}=${token}`, `${DEVICE}=${token}; ${DEVICE}=${token}`])
      expect(await given(person, undefined, { cookie })).not.toBe(token);
  });

  it('outlives the session, and a sign-out', async () => {
    const jar = await new Jar(app).signIn(person);
    const { device } = jar;
    await jar.send('POST', '/v1/auth/logout');
    app.clock.advance({ days: 15 });
    // Of the same device, and from the day of this sign-in.
    expect(await deviceOf((await jar.signIn(person)).device)).toBe(await deviceOf(device));
  });

  it('of another user is replaced', async () => {
    const bob = await app.someone();
    const all = [await given(bob, token), await kept(bob, { [DEVICE]: token }), await kept(bob, {}, token)];
    expect(all).not.toContain(token);
    expect(await deviceOf(await given(person, token))).toBe(await deviceOf(token));
  });

  it('that is forged is replaced', async () => {
    const changed = (at: number) =>
      token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    const forged = [
      ...[3, 10, 24, 25, 40, token.length - 1].map(changed),
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      token.slice(3),
      `DT_${token.slice(3)}`,
      `dt_${'A'.repeat(68)}`,
      `dt_${'A'.repeat(10_000)}`,
      'dt_',
      '',
      '\0',
    ];
    expect(await deviceOf(token)).not.toBeNull();
    for (const each of forged) expect([each, await deviceOf(each)]).toEqual([each, null]);
    for (const each of [changed(40), `${token}A`, '']) {
      const replaced = await given(person, each);
      expect(replaced).toMatch(FORM);
      expect([...forged, token]).not.toContain(replaced);
    }
  });

  it.each([[5], [true], [{}], [['dt_a']]])('that is no string is a 422: %j', async (deviceToken) => {
    const json = { ...person, deviceToken };
    const answer = await app.api.post<ProblemBody>('/v1/auth/login', { json });
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(['/deviceToken']);
  });

  it('gives access to nothing', async () => {
    expectProblem(await app.api.get('/v1/users/me', { token }), 401, 'invalid-token');
    const asAccess = withCookies({ [ACCESS]: token });
    expectProblem(await app.api.get('/v1/users/me', asAccess), 401, 'invalid-token');
    const asDevice = withCookies({ [DEVICE]: token });
    expectProblem(await app.api.get('/v1/users/me', asDevice), 401, 'authentication-required');
    for (const call of [{ json: { refreshToken: token } }, withCookies({ [REFRESH]: token }), asDevice])
      expectProblem(await app.api.post('/v1/auth/refresh', call), 401, 'invalid-refresh-token');
  });

  it('replaces no password', async () => {
    const json = { ...person, password: 'not the password of any user', deviceToken: token };
    const answer = await app.api.post('/v1/auth/login?useCookies=true', { json });
    expectProblem(answer, 401, 'invalid-credentials');
    expect(cookiesOf(answer)).toEqual({});
  });
});
