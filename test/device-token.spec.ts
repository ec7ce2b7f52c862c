import { startApp, type TestApp } from './support/app';
import { ACCESS, cookiesOf, DEVICE, Jar, REFRESH, signedIn, withCookies } from './support/cookies';
import { expectProblem, violations } from './support/problem';
import type { ProblemBody } from './support/api';

interface Person {
  readonly email: string;
  readonly password: string;
}

describe('a device token', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  /** Signs in without cookie mode. */
  const given = async (person: Person, deviceToken?: unknown, headers = {}): Promise<string> => {
    const json = { ...person, ...(deviceToken !== undefined && { deviceToken }) };
    const { status, body } = await app.api.post<{ deviceToken: string }>('/v1/auth/login', { json, headers });
    expect(status).toBe(200);
    return body.deviceToken;
  };

  /** Signs in by cookies. */
  const kept = async (person: Person, cookies: Record<string, string>, deviceToken?: string) => {
    const json = { ...person, deviceToken };
    return (await new Jar(app).keep(cookies).signIn(person, { json })).device;
  };

  it('is of one device: each that presents none is given its own', async () => {
    const person = await app.someone();
    const tokens = [await given(person), await given(person), await kept(person, {}), await kept(person, {})];
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(token).toMatch(/^dt_[\w-]{64}$/);
  });

  it('is kept by the device that presents it, in the body or as a cookie', async () => {
    const person = await app.someone();
    const token = await given(person);
    expect(await given(person, token)).toBe(token);
    expect(await kept(person, { [DEVICE]: token })).toBe(token);
    expect(await kept(person, {}, token)).toBe(token);
  });

  it('in the body is what counts, not the cookie beside it', async () => {
    const person = await app.someone();
    const [inBody, inCookie] = [await given(person), await given(person)];
    expect(await kept(person, { [DEVICE]: inCookie }, inBody)).toBe(inBody);
    expect([inBody, inCookie]).not.toContain(await kept(person, { [DEVICE]: inCookie }, 'dt_nonsense'));
  });

  it('in a cookie is not looked at without cookie mode, not even where it was sent twice', async () => {
    const person = await app.someone();
    const token = await given(person);
    for (const cookie of [`${DEVICE}=${token}`, `${DEVICE}=${token}; ${DEVICE}=${token}`])
      expect(await given(person, undefined, { cookie })).not.toBe(token);
  });

  it('outlives the session, and a sign-out', async () => {
    const person = await app.someone();
    const jar = await new Jar(app).signIn(person);
    const { device } = jar;
    await jar.send('POST', '/v1/auth/logout');
    app.clock.advance({ days: 100 });
    expect((await jar.signIn(person)).device).toBe(device);
  });

  it('of another user is replaced', async () => {
    const [ada, bob] = [await app.someone(), await app.someone()];
    const ofAda = await given(ada);
    const all = [await given(bob, ofAda), await kept(bob, { [DEVICE]: ofAda }), await kept(bob, {}, ofAda)];
    expect(all).not.toContain(ofAda);
    expect(await given(ada, ofAda)).toBe(ofAda);
  });

  it('that is forged is replaced', async () => {
    const person = await app.someone();
    const token = await given(person);
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
      `dt_${'A'.repeat(64)}`,
      `dt_${'A'.repeat(10_000)}`,
      'dt_',
      '',
      '\0',
    ];
    for (const each of forged) {
      const replaced = await given(person, each);
      expect(replaced).toMatch(/^dt_[\w-]{64}$/);
      expect([...forged, token]).not.toContain(replaced);
    }
  });

  it.each([[5], [true], [{}], [['dt_a']]])('that is no text is a 422: %j', async (deviceToken) => {
    const json = { ...(await app.someone()), deviceToken };
    const answer = await app.api.post<ProblemBody>('/v1/auth/login', { json });
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(['/deviceToken']);
  });

  it('opens nothing', async () => {
    const { device } = await signedIn(app);
    expectProblem(await app.api.get('/v1/users/me', { token: device }), 401, 'invalid-token');
    const asAccess = withCookies({ [ACCESS]: device });
    expectProblem(await app.api.get('/v1/users/me', asAccess), 401, 'invalid-token');
    const asDevice = withCookies({ [DEVICE]: device });
    expectProblem(await app.api.get('/v1/users/me', asDevice), 401, 'authentication-required');
    for (const call of [
      { json: { refreshToken: device } },
      withCookies({ [REFRESH]: device }),
      withCookies({ [DEVICE]: device }),
    ])
      expectProblem(await app.api.post('/v1/auth/refresh', call), 401, 'invalid-refresh-token');
  });

  it('stands in for no password', async () => {
    const person = await app.someone();
    const json = { ...person, password: 'not the password of anybody', deviceToken: await given(person) };
    const answer = await app.api.post('/v1/auth/login?useCookies=true', { json });
    expectProblem(answer, 401, 'invalid-credentials');
    expect(cookiesOf(answer)).toEqual({});
  });
});
