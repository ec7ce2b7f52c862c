import { RouteTable } from '../../src/platform/http';
import { addressesOf, CACHE_CONTROL, STRANGE_METHODS } from '../support/addresses';
import { startApp, type TestApp } from '../support/app';
import { sendHead } from '../support/bytes';
import { expectInsecure, HSTS, NO_HEALTH_CHECKS, ROUTER_METHODS } from '../support/insecure-transport';
import { expectProblem } from '../support/problem';
import { overHttps, signInOverHttps, startProduction } from '../support/production';
import { expectSecurityHeaders } from '../support/security-headers';

describe('every route in every method', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startApp();
    token = (await app.signIn()).accessToken;
  });

  afterAll(async () => app.close());

  const urls = () => {
    const { routes } = app.nest.get(RouteTable);
    return [...new Set(routes.map(({ url }) => url).filter((url) => !/^\/(docs|account)(\/|$)/.test(url)))];
  };

  it('has the security headers, signed in or not', async () => {
    for (const url of urls()) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        expectSecurityHeaders(`${method} ${url}`, await app.api.send(method, url));
        if (url !== '/v1/auth/logout' && method !== 'DELETE')
          expectSecurityHeaders(`${method} ${url}, signed in`, await app.api.send(method, url, { token }));
      }
    }
  });

  it('is no-store where it does not say otherwise itself', async () => {
    for (const url of [...urls(), '/nope', '/%zz']) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const { status, headers } = await app.api.send(method, url);
        const expected = (status === 200 && CACHE_CONTROL[url]) || 'no-store';
        expect(`${method} ${url}: ${headers.get('cache-control')}`).toBe(`${method} ${url}: ${expected}`);
      }
    }
  });

  it('is 405 where it does not answer the method, signed in or not, whatever is sent', async () => {
    for (const [path, methods] of addressesOf(app)) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.has(each))) {
        for (const call of [{}, { token }, { raw: '{', headers: { 'content-type': 'text/plain' } }]) {
          const answer = await app.api.send(method, path, method === 'GET' ? { token } : call);
          expectProblem(answer, 405, 'method-not-allowed');
          expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
        }
      }
    }
  });

  it.each(['/nope', '/v1/nope', '/v1/users/me/', '/v1/auth', '/v2/auth/login', '//health/live'])(
    'is none at %s: 404, signed in or not, whatever is sent',
    async (path) => {
      expectProblem(await app.api.get(path), 404, 'not-found');
      for (const sent of [token, 'garbage'])
        expectProblem(await app.api.get(path, { token: sent }), 404, 'not-found');
      expectProblem(await app.api.post(path, { json: {} }), 404, 'not-found');
      for (const type of ['application/json', 'text/plain']) {
        const body = { raw: '{', headers: { 'content-type': type } };
        expectProblem(await app.api.post(path, body), 404, 'not-found');
      }
    },
  );

  it.each(STRANGE_METHODS)('is 405 asked with %s', async (method) => {
    for (const [path, methods] of addressesOf(app)) {
      const answer = await sendHead(app.api.url, `${method} ${path}`);
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
    }
  });
});

describe('in production every route', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startProduction({ env: { DOCS: 'on' } });
    token = (await signInOverHttps(app)).accessToken;
  });

  afterAll(async () => app.close());

  it('is refused over http in every method, but the health checks', async () => {
    const { routes } = app.nest.get(RouteTable);
    for (const { method, url } of routes.filter((route) => !route.url.startsWith('/health/')))
      expectInsecure(await app.api.send(method, url, { token }), method === 'HEAD');
    for (const url of new Set(routes.map((route) => route.url)))
      expectInsecure(await app.api.send('DELETE', `${url}/nothing-there`, { token }));
  });

  it.each(ROUTER_METHODS)('is refused over http with %s, and so is what is no route', async (method) => {
    for (const target of ['/v1/users/me', '/nope', '/%zz', '/docs', '*'])
      expectInsecure(await sendHead(app.api.url, `${method} ${target}`), method === 'HEAD');
  });

  it.each(NO_HEALTH_CHECKS)('is refused over http at %s, which is no health check', async (target) => {
    for (const more of [[], ['x-original-url: /health/live', 'x-rewrite-url: /health/live']])
      expectInsecure(await sendHead(app.api.url, `GET ${target}`, `authorization: Bearer ${token}`, ...more));
  });

  it('has the security headers, over http and over https, whatever the method', async () => {
    for (const path of ['/health/live', '/v1/auth/policy', '/v1/users/me', '/nope', '/%zz']) {
      for (const method of ['GET', 'POST', 'PUT']) {
        expectSecurityHeaders(`http ${path}`, await app.api.send(method, path));
        expectSecurityHeaders(`https ${path}`, await overHttps(app).send(method, path));
      }
    }
  });

  it('has HSTS over https, errors included', async () => {
    for (const { method, url } of app.nest.get(RouteTable).routes) {
      const { headers } = await overHttps(app).send(method, url);
      expect([method, url, headers.get('strict-transport-security')]).toEqual([method, url, HSTS]);
    }
    for (const method of ROUTER_METHODS) {
      for (const target of ['/nope', '/%zz', '/docs']) {
        const { headers } = await sendHead(app.api.url, `${method} ${target}`, 'x-forwarded-proto: https');
        expect([method, target, headers.get('strict-transport-security')]).toEqual([method, target, HSTS]);
      }
    }
  });
});
