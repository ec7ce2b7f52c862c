import { RouteTable } from '../src/platform/http';
import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { sendHead } from './support/bytes';
import { expectProblem } from './support/problem';

/** Every method that the parser knows and no route uses. */
const STRANGE = ['OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'SEARCH', 'LOCK', 'M-SEARCH', 'PURGE'];

describe('an address', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startApp();
    token = (await app.signIn()).accessToken;
  });

  afterAll(async () => app.close());

  /** Each fixed address with the methods it answers; a pattern such as `/docs/*` is no address. */
  const addresses = (): [string, Set<string>][] => {
    const { routes } = app.nest.get(RouteTable);
    const urls = new Set(routes.map(({ url }) => url).filter((url) => !url.includes('*')));
    return [...urls].map((url) => [
      url,
      new Set(routes.filter((each) => each.url === url).map(({ method }) => method)),
    ]);
  };

  it('that does not exist is 404, signed in or not, whatever is sent there', async () => {
    for (const path of [
      '/',
      '/nope',
      '/v1/nope',
      '/v1/users/me/',
      '/v1/auth',
      '/v2/auth/login',
      '//health/live',
    ]) {
      expectProblem(await app.api.get(path), 404, 'not-found');
      expectProblem(await app.api.get(path, { token }), 404, 'not-found');
      expectProblem(await app.api.get(path, { token: 'garbage' }), 404, 'not-found');
      expectProblem(await app.api.post(path, { json: {} }), 404, 'not-found');
      for (const type of ['application/json', 'text/plain']) {
        const body = { raw: '{', headers: { 'content-type': type } };
        expectProblem(await app.api.post(path, body), 404, 'not-found');
      }
    }
  });

  it('asked with another method is 405 and says in Allow which there are, signed in or not', async () => {
    expect(addresses().length).toBeGreaterThan(10);
    for (const [path, methods] of addresses()) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.has(each))) {
        for (const call of [{}, { token }, { raw: '{', headers: { 'content-type': 'text/plain' } }]) {
          const sent = method === 'GET' ? { token } : call;
          const answer = await app.api.send<ProblemBody>(method, path, sent);
          expectProblem(answer, 405, 'method-not-allowed');
          expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
        }
      }
    }
  });

  it.each(STRANGE)('asked with %s is 405 where it exists and 404 where it does not', async (method) => {
    for (const [path, methods] of addresses()) {
      const answer = await sendHead(app.api.url, `${method} ${path}`);
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
    }
    expectProblem(await sendHead(app.api.url, `${method} /v1/nope`), 404, 'not-found');
  });

  it.each([
    '/v1/users/%6de',
    '/v1/users/me?x=1&y=%zz',
    '/v1/users/me#fragment',
    'http://elsewhere.example/v1/users/me',
  ])('is the same address when it is written as %s', async (target) => {
    const answer = await sendHead(app.api.url, `DELETE ${target}`);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PATCH');
    expectProblem(await sendHead(app.api.url, `GET ${target}`), 401, 'authentication-required');
  });

  it('answers HEAD as it answers GET, without the body', async () => {
    for (const [path, methods] of addresses()) {
      const [head, get] = [await app.api.send('HEAD', path), await app.api.get(path)];
      expect(head.text).toBe('');
      expect(head.status).toBe(methods.has('GET') ? get.status : 405);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    }
  });

  it('of a file that is not there is 404', async () => {
    expectProblem(await app.api.get('/docs/nope.css'), 404, 'not-found');
    expectProblem(await sendHead(app.api.url, 'GET /docs/..%2f..%2fpackage.json'), 404, 'not-found');
  });

  it('may carry any query string', async () => {
    const query = '?__proto__[admin]=1&constructor[prototype][admin]=1&toString=1&a=1&a=2&%00=%ff&=&&';
    expect((await sendHead(app.api.url, `GET /health/live${query}`)).status).toBe(200);
    expect((await app.api.get(`/v1/users/me${query}`, { token })).status).toBe(200);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});
