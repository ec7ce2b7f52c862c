import type { TestApp } from '../support/app';
import { ACCESS, cookiesOf, DEVICE, type Jar, REFRESH, signedIn, withCookies } from '../support/cookies';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';
import { sessionIdOf } from '../support/sessions';
import { exchange } from '../support/wire';

describe('where a token is looked for', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const generationOf = async ({ access }: Jar) =>
    app.query('SELECT generation, revoked_at FROM sessions WHERE id = $1', [sessionIdOf(access)]);
  const UNTOUCHED = [{ generation: 0, revoked_at: null }];

  describe('a Bearer header', () => {
    it('wins over a valid cookie beside it', async () => {
      const { headers } = withCookies((await signedIn(app)).all);
      for (const authorization of [
        'Bearer nonsense',
        'bearer nonsense',
        'Bearer',
        'Bearer ',
        'Bearer a.b.c',
      ]) {
        const answer = await app.api.get('/v1/users/me', { headers: { ...headers, authorization } });
        expectProblem(answer, 401, 'invalid-token');
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    });

    it('identifies the caller, where the cookie is of another user', async () => {
      const jar = await signedIn(app);
      const { accessToken: token } = await app.signIn();
      const { body } = await jar.send('GET', '/v1/auth/principal', { token });
      expect(body).toMatchObject({ sessionId: sessionIdOf(token) });
    });

    it('is enough beside cookies that would be refused', async () => {
      const { accessToken: token } = await app.signIn();
      for (const cookie of [`${ACCESS}=a; ${ACCESS}=b`, `${ACCESS}=`, `${ACCESS}=nonsense`])
        expect((await app.api.get('/v1/users/me', { token, headers: { cookie } })).status).toBe(200);
    });

    it('prevents a refresh by cookie, valid or not', async () => {
      const jar = await signedIn(app);
      for (const cookie of [
        `${REFRESH}=${jar.refresh}`,
        `${REFRESH}=nonsense`,
        `${REFRESH}=a; ${REFRESH}=b`,
      ]) {
        const call = { token: jar.access, headers: { cookie } };
        const answer = await app.api.post('/v1/auth/refresh', call);
        expectProblem(answer, 401, 'invalid-refresh-token');
        expect(cookiesOf(answer)).toEqual({});
      }
      expect(await generationOf(jar)).toEqual(UNTOUCHED);
    });

    it('is only the Bearer scheme: with another scheme the cookie is read', async () => {
      const { headers } = withCookies((await signedIn(app)).all);
      for (const authorization of ['Basic YWRhOng=', 'DPoP abc', 'Token abc', 'Bearerabc', '']) {
        const answer = await app.api.get('/v1/users/me', { headers: { ...headers, authorization } });
        expect({ authorization, status: answer.status }).toEqual({ authorization, status: 200 });
      }
    });
  });

  describe('a refresh token in the body', () => {
    it('is what is refreshed, to tokens in the body, and no cookie is set', async () => {
      const jar = await signedIn(app);
      const { refreshToken, accessToken } = await app.signIn();
      const answer = await jar.send<Record<string, string>>('POST', '/v1/auth/refresh', {
        json: { refreshToken },
      });
      expect(answer.body).toMatchObject({ tokenType: 'Bearer' });
      expect(sessionIdOf(answer.body.accessToken ?? '')).toBe(sessionIdOf(accessToken));
      expect(cookiesOf(answer)).toEqual({});
      expect(await generationOf(jar)).toEqual(UNTOUCHED);
    });

    it.each(['', 'rt_nonsense'])('is refused as %j, and the cookie stays as it is', async (refreshToken) => {
      const jar = await signedIn(app);
      const answer = await jar.send('POST', '/v1/auth/refresh', { json: { refreshToken } });
      expectProblem(answer, 401, 'invalid-refresh-token');
      expect(cookiesOf(answer)).toEqual({});
      expect(await generationOf(jar)).toEqual(UNTOUCHED);
    });

    it('is enough beside a cookie that was sent twice', async () => {
      const { refreshToken } = await app.signIn();
      const headers = { cookie: `${REFRESH}=a; ${REFRESH}=b` };
      const { status } = await app.api.post('/v1/auth/refresh', { json: { refreshToken }, headers });
      expect(status).toBe(200);
    });
  });

  describe('a cookie that was sent twice', () => {
    const requests: [string, string, string, (jar: Jar) => string][] = [
      ['a guarded read', 'GET /v1/users/me', ACCESS, ({ access }) => access],
      ['a guarded write', 'DELETE /v1/sessions?includeCurrent=true', ACCESS, ({ access }) => access],
      ['a refresh', 'POST /v1/auth/refresh', REFRESH, ({ refresh }) => refresh],
      ['a refresh, by its other cookie', 'POST /v1/auth/refresh', ACCESS, ({ access }) => access],
      ['a sign-out', 'POST /v1/auth/logout', REFRESH, ({ refresh }) => refresh],
      ['a sign-out, by its access token', 'POST /v1/auth/logout', ACCESS, ({ access }) => access],
    ];

    it.each(requests)('makes %s (%s, %s) a 400', async (_, route, name, valueOf) => {
      const jar = await signedIn(app);
      const [method = '', path = ''] = route.split(' ');
      // In all spellings: src/access/cookies.spec.ts.
      const value = valueOf(jar);
      const headers = { cookie: `a=b; ${name}=${value}; ${name}=planted` };
      const answer = await app.api.send(method, path, { headers });
      expectProblem(answer, 400, 'malformed-request');
      expect(cookiesOf(answer)).toEqual({});
      expect(await generationOf(jar)).toEqual(UNTOUCHED);
    });

    it.each([ACCESS, REFRESH, DEVICE])('makes a sign-in a 400 that opens nothing: %s', async (name) => {
      const person = await app.someone();
      const answer = await app.api.post('/v1/auth/login?useCookies=true', {
        json: person,
        headers: { cookie: `${name}=a; ${name}=b` },
      });
      expectProblem(answer, 400, 'malformed-request');
      expect(cookiesOf(answer)).toEqual({});
      const rows = await app.query(
        'SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
        [person.email],
      );
      expect(rows).toEqual([]);
    });

    it('is refused in two headers, too', async () => {
      const { access } = await signedIn(app);
      const line = `cookie: ${ACCESS}=${access}`;
      const request = `GET /v1/users/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${line}\r\n${line}\r\n\r\n`;
      const { answers } = await exchange(app.api.url, request);
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([[400, 'malformed-request']]);
    });
  });
});
