import { METHODS } from 'node:http';
import { RouteTable } from '../src/platform/http';
import { type Answer, BY_HTTPS } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { sendHead } from './support/bytes';
import { expectProblem } from './support/problem';
import { overHttps, signInOverHttps, startProduction } from './support/production';

const HSTS = 'max-age=31536000; includeSubDomains';
const ROUTER_METHODS = METHODS.filter((method) => method !== 'CONNECT');

function expectRefused(answer: Answer<object>, toHead = false): void {
  if (toHead) expect(answer.status).toBe(403);
  else expectProblem(answer, 403, 'insecure-transport');
  expect(answer.headers.get('strict-transport-security')).toBeNull();
  expect(answer.headers.get('set-cookie')).toBeNull();
}

describe('in production', () => {
  let app: TestApp;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startProduction({ env: { DOCS: 'on' }, log });
  });

  afterAll(async () => app.close());

  const count = async (): Promise<unknown> =>
    app.query('SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM sessions) AS sessions');

  describe('over http', () => {
    it('every route is refused, in every method, but the health checks', async () => {
      const { accessToken: token } = await signInOverHttps(app);
      const { routes } = app.nest.get(RouteTable);
      const closed = routes.filter(({ url }) => !url.startsWith('/health/'));
      expect(closed.length).toBeGreaterThan(25);
      for (const { method, url } of closed)
        expectRefused(await app.api.send(method, url, { token }), method === 'HEAD');
      for (const url of new Set(routes.map((route) => route.url)))
        expectRefused(await app.api.send('DELETE', `${url}/nothing-there`, { token }));
    });

    it.each(ROUTER_METHODS)(
      '%s is refused where there is a route, where there is none and in no path',
      async (method) => {
        for (const target of ['/v1/users/me', '/nope', '/%zz', '/docs', '*'])
          expectRefused(await sendHead(app.api.url, `${method} ${target}`), method === 'HEAD');
      },
    );

    it('a registration and a sign-in with the right password do nothing at all', async () => {
      await signInOverHttps(app, 'grace@example.com');
      const before = await count();
      const right = { json: { email: 'grace@example.com', password: PASSWORD } };
      expectRefused(await app.api.post('/v1/auth/login', right));
      expectRefused(await app.api.post('/v1/auth/login?useCookies=true', right));
      expectRefused(
        await app.api.post('/v1/auth/register', { json: { email: 'x@example.com', password: PASSWORD } }),
      );
      expect(await count()).toEqual(before);
    });

    it('a refresh and a sign-out do nothing either', async () => {
      const { refreshToken, accessToken: token } = await signInOverHttps(app);
      for (const path of ['/v1/auth/refresh', '/v1/auth/logout']) {
        expectRefused(await app.api.post(path, { json: { refreshToken } }));
        expectRefused(await app.api.post(path, { headers: { cookie: `__Host-refresh=${refreshToken}` } }));
      }
      expectRefused(await app.api.post('/v1/auth/logout', { token }));
      expect((await overHttps(app).get('/v1/auth/principal', { token })).status).toBe(200);
      expect((await overHttps(app).post('/v1/auth/refresh', { json: { refreshToken } })).status).toBe(200);
    });

    it.each(['/health/live', '/health/ready', '/health/live?x=/v1/users/me', '/%68ealth/live'])(
      '%s is answered',
      async (target) => {
        for (const method of ['GET', 'HEAD']) {
          const { status, headers } = await sendHead(app.api.url, `${method} ${target}`);
          expect(status).toBe(200);
          expect(headers.get('strict-transport-security')).toBeNull();
        }
        expectRefused(await sendHead(app.api.url, `POST ${target}`));
      },
    );

    it.each([
      '/health/../v1/users/me',
      '/health/live/../../v1/users/me',
      '/health/%2e%2e/v1/users/me',
      '/health/live/..%2f..%2fv1/users/me',
      '/health/live%2f..%2f..%2fv1%2fusers%2fme',
      '/health%2flive',
      '/health\\live',
      '//health/live',
      '/health//live',
      '/./health/live',
      '/HEALTH/live',
      '/Health/Live',
      '/health/',
      '/health',
      '/healthx',
      '/health/live/',
      '/health/live/..%2f',
      '/health/live;/v1/users/me',
      '/health/live%00',
      '/v1/health/live',
      '/v1/users/me?/health/live',
      '/v1/users/me#/health/live',
      '/v1/users/me/%2e%2e/%2e%2e/%2e%2e/health/live',
      'http://x/health/../v1/users/me',
      '/docs/../health/live',
    ])('%s is no health check', async (target) => {
      const { accessToken } = await signInOverHttps(app);
      for (const more of [[], ['x-original-url: /health/live', 'x-rewrite-url: /health/live']])
        expectRefused(
          await sendHead(app.api.url, `GET ${target}`, `authorization: Bearer ${accessToken}`, ...more),
        );
    });

    it('nothing that was sent stands in the log', () => {
      expect(log.length).toBeGreaterThan(50);
      expect(log.join('')).not.toMatch(/teal otters|rt_A|eyJ/);
    });
  });

  it('HSTS stands on every answer over https, errors included', async () => {
    const { routes } = app.nest.get(RouteTable);
    for (const { method, url } of routes) {
      const { headers } = await overHttps(app).send(method, url);
      expect([method, url, headers.get('strict-transport-security')]).toEqual([method, url, HSTS]);
    }
    const proto = 'x-forwarded-proto: https';
    for (const method of ROUTER_METHODS) {
      for (const target of ['/nope', '/%zz', '/docs']) {
        const { headers } = await sendHead(app.api.url, `${method} ${target}`, proto);
        expect([method, target, headers.get('strict-transport-security')]).toEqual([method, target, HSTS]);
      }
    }
  });
});

it('outside production http is answered, and no answer says that it should not be', async () => {
  const app = await startApp({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  await app.signIn();
  for (const headers of [{}, BY_HTTPS, { 'x-forwarded-proto': 'http' }]) {
    for (const path of ['/v1/auth/policy', '/health/live', '/v1/users/me', '/nope', '/docs', '/%zz']) {
      const answer = await app.api.get(path, { headers });
      expect(answer.status).not.toBe(403);
      expect(answer.headers.get('strict-transport-security')).toBeNull();
    }
  }
  await app.close();
});
