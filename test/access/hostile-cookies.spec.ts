import type { ProblemBody } from '../support/api';
import type { TestApp } from '../support/app';
import { ACCESS, clearedBy, isOpen, REFRESH, signedIn, withCookies } from '../support/cookies';
import { LOOKALIKES, NO_COOKIES, WORTHLESS } from '../support/hostile-cookies';
import { expectProblem } from '../support/problem';
import { sample } from '../support/sample';
import { sharedApp } from '../support/shared-app';
import { exchange } from '../support/wire';

// All of them: src/access/cookies.spec.ts, and over HTTP slow/hostile-inputs-cookies.spec.ts.
describe('a cookie header', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const read = async (cookie: string) => app.api.get<ProblemBody>('/v1/users/me', { headers: { cookie } });

  describe('that holds no cookie of ours', () => {
    it.each(sample(NO_COOKIES, 4))('is no credentials: %s', async (_, cookie) => {
      expectProblem(await read(cookie), 401, 'authentication-required');
    });
  });

  describe('whose cookie is invalid', () => {
    it.each(sample(WORTHLESS, 4))(
      'is an invalid token with %s in it, and a refused refresh',
      async (_, value) => {
        expectProblem(await read(`${ACCESS}=${value}`), 401, 'invalid-token');
        const { headers } = withCookies({ [REFRESH]: value });
        const refused = await app.api.post('/v1/auth/refresh', { headers });
        expectProblem(refused, 401, 'invalid-refresh-token');
        expect(clearedBy(refused).toSorted()).toEqual([ACCESS, REFRESH]);
        expect((await app.api.post('/v1/auth/logout', { headers })).status).toBe(204);
      },
    );

    it('is one whose good value is quoted, escaped or cut', async () => {
      const { access } = await signedIn(app);
      for (const value of [`"${access}"`, access.replaceAll('.', '%2E'), access.slice(0, -1), `${access},`])
        expectProblem(await read(`${ACCESS}=${value}`), 401, 'invalid-token');
    });
  });

  it('may come in several lines, as HTTP/2 has it', async () => {
    const { access } = await signedIn(app);
    const lines = ['a=b', `${ACCESS}=${access}`, 'c=d'].map((pair) => `cookie: ${pair}\r\n`).join('');
    const request = `GET /v1/users/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`;
    const { answers } = await exchange(app.api.url, request);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it('that is longer than a head may be is refused, and ends nothing', async () => {
    const jar = await signedIn(app);
    const { status, headers } = await read(`a=${'a'.repeat(20_000)}; ${ACCESS}=${jar.access}`);
    expect([status, headers.getSetCookie()]).toEqual([431, []]);
    expect(await isOpen(app, jar)).toBe(true);
  });

  it('with a NUL in it is no HTTP', async () => {
    const { access } = await signedIn(app);
    const cookie = `cookie: ${ACCESS}=\0; ${ACCESS}=${access}`;
    const request = `GET /v1/users/me HTTP/1.1\r\nhost: a\r\n${cookie}\r\n\r\n`;
    const { answers } = await exchange(app.api.url, request);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([[400, 'malformed-request']]);
  });

  it.each(sample(LOOKALIKES, 5))('with %j has no cookie of ours, and does not hide one', async (name) => {
    const { access } = await signedIn(app);
    expectProblem(await read(`a=b; ${name}=${access}; c=d`), 401, 'authentication-required');
    for (const cookie of [`${name}=planted; ${ACCESS}=${access}`, `${ACCESS}=${access}; ${name}=planted`])
      expect((await read(cookie)).status).toBe(200);
  });
});
