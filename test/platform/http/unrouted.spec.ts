import { addressesOf, STRANGE_METHODS } from '../../support/addresses';
import type { ProblemBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { sendHead } from '../../support/bytes';
import { expectProblem } from '../../support/problem';
import { sample } from '../../support/sample';
import { sharedApp } from '../../support/shared-app';

describe('an address', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    token = (await app.signIn()).accessToken;
  });

  it('that does not exist is 404, signed in or not, whatever is sent there', async () => {
    for (const path of ['/nope', '/v1/nope', '/v1/users/me/', '/v1/auth', '/v2/auth/login', '//health/live'])
      expectProblem(await app.api.get(path), 404, 'not-found');
    for (const path of ['/nope', '/v1/users/me/']) {
      for (const sent of [token, 'garbage'])
        expectProblem(await app.api.get(path, { token: sent }), 404, 'not-found');
      expectProblem(await app.api.post(path, { json: {} }), 404, 'not-found');
      for (const type of ['application/json', 'text/plain']) {
        const body = { raw: '{', headers: { 'content-type': type } };
        expectProblem(await app.api.post(path, body), 404, 'not-found');
      }
    }
  });

  // In every method: slow/every-route.spec.ts.
  it('asked with another method is 405 and says in Allow which there are', async () => {
    const addresses = addressesOf(app);
    expect(addresses.length).toBeGreaterThan(10);
    for (const [at, [path, methods]] of addresses.entries()) {
      const others = ['POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.has(each));
      const method = others[at % others.length] ?? '';
      const answer = await app.api.send<ProblemBody>(method, path, at % 2 === 0 ? { token } : {});
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
    }
  });

  it('asked with another method is 405, whatever is sent', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      for (const call of [{}, { token }, { raw: '{', headers: { 'content-type': 'text/plain' } }])
        expectProblem(await app.api.send(method, '/v1/users/me', call), 405, 'method-not-allowed');
    }
  });

  it.each(STRANGE_METHODS)(
    'asked with %s is 405 where it exists and 404 where it does not',
    async (method) => {
      for (const [path, methods] of sample(addressesOf(app), 3)) {
        const answer = await sendHead(app.api.url, `${method} ${path}`);
        expectProblem(answer, 405, 'method-not-allowed');
        expect(answer.headers.get('allow')).toBe([...methods].toSorted().join(', '));
      }
      expectProblem(await sendHead(app.api.url, `${method} /v1/nope`), 404, 'not-found');
    },
  );

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
    for (const [path, methods] of addressesOf(app)) {
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
