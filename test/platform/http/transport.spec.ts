import { listen } from '../../../src/app.setup';
import { RouteTable } from '../../../src/platform/http';
import { BY_HTTPS } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { sendHead } from '../../support/bytes';
import { expectInsecure, HSTS, NO_HEALTH_CHECKS, ROUTER_METHODS } from '../../support/insecure-transport';
import { overHttps, signInOverHttps, startProduction } from '../../support/production';
import { sample } from '../../support/sample';
import { expectSecurityHeaders } from '../../support/security-headers';
import { SPOOFS } from '../../support/spoofs';

describe('in production', () => {
  let app: TestApp;
  let token: string;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startProduction({ env: { DOCS: 'on' }, log });
    token = (await signInOverHttps(app)).accessToken;
  });

  afterAll(async () => app.close());

  const routes = () => app.nest.get(RouteTable).routes.filter(({ method }) => method !== 'HEAD');
  const count = async (): Promise<unknown> =>
    app.query('SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM sessions) AS sessions');

  // Every method on every kind of address, and every spelling of a path: slow/every-route.spec.ts.
  describe('over http', () => {
    it('every route is refused but the health checks', async () => {
      const closed = routes().filter(({ url }) => !url.startsWith('/health/'));
      expect(closed.length).toBeGreaterThan(25);
      for (const { method, url } of closed) expectInsecure(await app.api.send(method, url, { token }));
      for (const { url } of sample(routes(), 5))
        expectInsecure(await app.api.send('DELETE', `${url}/nothing-there`, { token }));
    });

    it('every method is refused', async () => {
      for (const method of ROUTER_METHODS)
        expectInsecure(await sendHead(app.api.url, `${method} /v1/users/me`), method === 'HEAD');
    });

    it.each(['/v1/users/me', '/nope', '/%zz', '/docs', '*'])('%s is refused', async (target) => {
      for (const method of ['GET', 'PROPFIND'])
        expectInsecure(await sendHead(app.api.url, `${method} ${target}`));
    });

    it('a registration and a sign-in with the right password do nothing', async () => {
      const before = await count();
      const right = { json: { email: 'ada@example.com', password: PASSWORD } };
      expectInsecure(await app.api.post('/v1/auth/login', right));
      expectInsecure(await app.api.post('/v1/auth/login?useCookies=true', right));
      expectInsecure(
        await app.api.post('/v1/auth/register', { json: { email: 'x@example.com', password: PASSWORD } }),
      );
      expect(await count()).toEqual(before);
    });

    it('a refresh and a sign-out do nothing', async () => {
      const { refreshToken, accessToken } = await signInOverHttps(app);
      for (const path of ['/v1/auth/refresh', '/v1/auth/logout']) {
        expectInsecure(await app.api.post(path, { json: { refreshToken } }));
        expectInsecure(await app.api.post(path, { headers: { cookie: `__Host-refresh=${refreshToken}` } }));
      }
      expectInsecure(await app.api.post('/v1/auth/logout', { token: accessToken }));
      const api = overHttps(app);
      expect((await api.get('/v1/auth/principal', { token: accessToken })).status).toBe(200);
      expect((await api.post('/v1/auth/refresh', { json: { refreshToken } })).status).toBe(200);
    });

    it.each(['/health/live', '/health/ready', '/health/live?x=/v1/users/me', '/%68ealth/live'])(
      '%s is answered',
      async (target) => {
        for (const method of ['GET', 'HEAD']) {
          const { status, headers } = await sendHead(app.api.url, `${method} ${target}`);
          expect(status).toBe(200);
          expect(headers.get('strict-transport-security')).toBeNull();
        }
        expectInsecure(await sendHead(app.api.url, `POST ${target}`));
      },
    );

    it.each(sample(NO_HEALTH_CHECKS, 6))('%s is no health check', async (target) => {
      const lines = [`authorization: Bearer ${token}`, 'x-original-url: /health/live'];
      expectInsecure(await sendHead(app.api.url, `GET ${target}`, ...lines));
    });

    it('no header but X-Forwarded-Proto makes https of http', async () => {
      expectInsecure(await app.api.get('/v1/auth/policy', { headers: Object.fromEntries(SPOOFS) }));
    });

    it('of several values of X-Forwarded-Proto the last one counts, which the nearest proxy wrote', async () => {
      const [http, https] = ['x-forwarded-proto: http', 'x-forwarded-proto: https'];
      const get = async (...headers: string[]) => sendHead(app.api.url, 'GET /v1/auth/policy', ...headers);
      expect((await get(http, https)).status).toBe(200);
      expectInsecure(await get(https, http));
    });

    it('X-Forwarded-Proto of another peer than a proxy is not believed', async () => {
      const ask = async (remoteAddress: string) =>
        (await app.nest.inject({ url: '/v1/auth/policy', headers: BY_HTTPS, remoteAddress })).statusCode;
      expect([await ask('10.9.9.9'), await ask('203.0.113.9')]).toEqual([200, 403]);
    });

    it('nothing that was sent stands in the log', () => {
      expect(log.length).toBeGreaterThan(50);
      expect(log.join('')).not.toMatch(/teal otters|rt_A|eyJ/);
    });
  });

  it('the start says nothing of TRUSTED_PROXIES where one is named', async () => {
    const before = log.length;
    jest.spyOn(app.nest, 'listen').mockResolvedValue(app.nest.getHttpServer());
    await listen(app.nest);
    const lines = log.slice(before);
    expect(lines.filter((line) => line.includes('listening on'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('TRUSTED_PROXIES'))).toEqual([]);
  });

  it('HSTS stands on every answer over https, errors included', async () => {
    for (const { method, url } of routes()) {
      const { headers } = await overHttps(app).send(method, url);
      expect([method, url, headers.get('strict-transport-security')]).toEqual([method, url, HSTS]);
    }
    for (const method of sample(ROUTER_METHODS, 4)) {
      for (const target of ['/nope', '/%zz', '/docs']) {
        const { headers } = await sendHead(app.api.url, `${method} ${target}`, 'x-forwarded-proto: https');
        expect([method, target, headers.get('strict-transport-security')]).toEqual([method, target, HSTS]);
      }
    }
  });

  it('every answer has the security headers, over http and over https', async () => {
    for (const path of ['/health/live', '/v1/auth/policy', '/v1/users/me', '/nope', '/%zz']) {
      expectSecurityHeaders(`http ${path}`, await app.api.get(path));
      expectSecurityHeaders(`https ${path}`, await overHttps(app).get(path));
    }
  });
});
