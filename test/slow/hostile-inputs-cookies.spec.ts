import { startApp, type TestApp } from '../support/app';
import { ACCESS, clearedBy, cookiesOf, type Jar, REFRESH, signedIn, withCookies } from '../support/cookies';
import { LOOKALIKES, NO_COOKIES, SEPARATORS, TWICE, WORTHLESS } from '../support/hostile-cookies';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { sessionIdOf } from '../support/sessions';

let app: TestApp;
let jar: Jar;

beforeAll(async () => {
  app = await startApp();
  jar = await signedIn(app);
});

afterAll(async () => app.close());

const read = async (cookie: string) => app.api.get('/v1/users/me', { headers: { cookie } });

describe('over HTTP a cookie header', () => {
  it.each(NO_COOKIES)('without a cookie of ours is no credentials: %s', async (_, cookie) => {
    expectProblem(await read(cookie), 401, 'authentication-required');
  });

  it.each(WORTHLESS)(
    'with %s as the value of ours is an invalid token, and a refused refresh',
    async (_, value) => {
      expectProblem(await read(`${ACCESS}=${value}`), 401, 'invalid-token');
      const { headers } = withCookies({ [REFRESH]: value });
      expectProblem(await app.api.post('/v1/auth/refresh', { headers }), 401, 'invalid-refresh-token');
      expect((await app.api.post('/v1/auth/logout', { headers })).status).toBe(204);
    },
  );

  it.each(SEPARATORS)('may have %j between its pairs', async (between) => {
    expect((await read(['a=b', `${ACCESS}=${jar.access}`, 'c=d'].join(between))).status).toBe(200);
  });

  it.each([0, 500, 1_000])('is searched among a thousand others, at %i', async (at) => {
    const others = Array.from({ length: 1_000 }, (_, index) => `c${index}=v`);
    const cookie = others.toSpliced(at, 0, `${ACCESS}=${jar.access}`).join('; ');
    expect((await read(cookie)).status).toBe(200);
  });

  it.each(LOOKALIKES)('with %j has no cookie of ours, and does not hide one', async (name) => {
    const ours = `${ACCESS}=${jar.access}`;
    expectProblem(await read(`a=b; ${name}=${jar.access}; c=d`), 401, 'authentication-required');
    for (const cookie of [`${name}=planted; ${ours}`, `${ours}; ${name}=planted`])
      expect((await read(cookie)).status).toBe(200);
  });

  const requests: [string, string][] = [
    ['GET /v1/users/me', ACCESS],
    ['DELETE /v1/sessions?includeCurrent=true', ACCESS],
    ['POST /v1/auth/refresh', REFRESH],
    ['POST /v1/auth/refresh', ACCESS],
    ['POST /v1/auth/logout', REFRESH],
    ['POST /v1/auth/logout', ACCESS],
  ];

  describe.each(requests)('of %s with %s twice', (route, name) => {
    it.each(TWICE)('is a 400: %s', async (_, spell) => {
      const [method = '', path = ''] = route.split(' ');
      const [first, second] = spell(name === ACCESS ? jar.access : jar.refresh);
      const headers = { cookie: `a=b; ${name}=${first}; ${name}=${second}` };
      const answer = await app.api.send(method, path, { headers });
      expectProblem(answer, 400, 'malformed-request');
      expect(cookiesOf(answer)).toEqual({});
      expect(
        await app.query('SELECT generation, revoked_at FROM sessions WHERE id = $1', [
          sessionIdOf(jar.access),
        ]),
      ).toEqual([{ generation: 0, revoked_at: null }]);
    });
  });
});

it('a hundred refreshes at once by one cookie give one successor, and take no cookie away', async () => {
  const racing = await signedIn(app);
  const answers = await inParallel(100, async () => racing.copy().send('POST', '/v1/auth/refresh'));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers.flatMap(clearedBy)).toEqual([]);
  expect(new Set(answers.map((answer) => cookiesOf(answer)[REFRESH]?.value)).size).toBe(1);
});
