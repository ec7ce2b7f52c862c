import { RouteTable } from '../../../src/platform/http';
import { createFastify, TIMEOUTS } from '../../../src/platform/http/fastify';
import type { TestApp } from '../../support/app';
import { sendBytes } from '../../support/bytes';
import { expectSecurityHeaders } from '../../support/security-headers';
import { sharedApp } from '../../support/shared-app';
import { exchange } from '../../support/wire';

describe('the headers of every answer', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    token = (await app.signIn()).accessToken;
  });

  // Each of them in every method: slow/every-route.spec.ts.
  it('are those of an API on every route', async () => {
    const routes = app.nest.get(RouteTable).routes.filter(({ url }) => !/^\/(docs|account)(\/|$)/.test(url));
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, url } of routes)
      expectSecurityHeaders(`${method} ${url}`, await app.api.send(method, url));
  });

  it('are those of an API in every method, signed in or not', async () => {
    for (const url of ['/v1/users/me', '/health/live', '/v1/auth/policy', '/nope']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        expectSecurityHeaders(`${method} ${url}`, await app.api.send(method, url));
        expectSecurityHeaders(`${method} ${url}, signed in`, await app.api.send(method, url, { token }));
      }
    }
  });

  it('stand on what is answered with cookies', async () => {
    const json = await app.someone();
    const answer = await app.api.post('/v1/auth/login?useCookies=true', { json });
    expectSecurityHeaders('a sign-in', answer);
    expect(answer.headers.getSetCookie()).toHaveLength(3);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('stand on an answer that says nothing has changed', async () => {
    const etag = (await app.api.get('/.well-known/jwks.json')).headers.get('etag') ?? '';
    const answer = await app.api.get('/.well-known/jwks.json', { headers: { 'if-none-match': etag } });
    expect(answer.status).toBe(304);
    expectSecurityHeaders('304', answer);
  });

  const json = 'content-type: application/json\r\n';
  it.each([
    [400, 'bad JSON', `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n${json}content-length: 1\r\n\r\n{`],
    [
      400,
      'no JSON',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n' + json + 'content-length: 2\r\n\r\n\xff\xfe',
    ],
    [400, 'no Host', 'GET /health/live HTTP/1.1\r\n\r\n'],
    [400, 'no path', 'GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n'],
    [400, 'no path in a strange method', 'PROPFIND /%zz HTTP/1.1\r\nhost: x\r\n\r\n'],
    [400, 'no request', 'what is this\r\n\r\n'],
    [400, 'no method', 'BREW / HTTP/1.1\r\nhost: x\r\n\r\n'],
    [400, 'a header that is none', 'GET / HTTP/1.1\r\nhost: x\r\nno header\r\n\r\n'],
    [400, 'two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [400, 'CONNECT', 'CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
    [
      400,
      'two cookies of a name',
      `GET /v1/users/me HTTP/1.1\r\nhost: x\r\ncookie: __Host-access=a; __Host-access=b\r\n\r\n`,
    ],
    [401, 'no token', 'GET /v1/users/me HTTP/1.1\r\nhost: x\r\n\r\n'],
    [401, 'no such token', 'GET /v1/users/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\n\r\n'],
    [
      403,
      'another site',
      'POST /v1/auth/login?useCookies=true HTTP/1.1\r\nhost: x\r\norigin: https://evil.example\r\n\r\n',
    ],
    [404, 'nothing there', 'GET /nope HTTP/1.1\r\nhost: x\r\n\r\n'],
    [404, 'nothing there in a strange method', 'SEARCH /nope HTTP/1.1\r\nhost: x\r\n\r\n'],
    [405, 'no such method', 'DELETE /health/live HTTP/1.1\r\nhost: x\r\n\r\n'],
    [405, 'a strange method', 'M-SEARCH /v1/users/me HTTP/1.1\r\nhost: x\r\n\r\n'],
    [413, 'too large', `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n${json}content-length: 99999\r\n\r\n`],
    [
      415,
      'no JSON at all',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: text/html\r\ncontent-length: 1\r\n\r\nx',
    ],
    [
      422,
      'no such field',
      `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n${json}content-length: 7\r\n\r\n{"x":1}`,
    ],
    [431, 'too large a head', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('stand on %i for %s', async (status, what, bytes) => {
    const answer = await sendBytes(app.api.url, bytes.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    expect(answer.status).toBe(status);
    expectSecurityHeaders(what, answer);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it('stand on the answer to a request with an unknown expectation', async () => {
    const head = `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\nexpect: tea\r\nconnection: close\r\n${json}`;
    const { answers } = await exchange(app.api.url, `${head}content-length: 2\r\n\r\n{}`);
    expect(answers.map(({ status }) => status)).toEqual([422]);
    for (const answer of answers) expectSecurityHeaders('an expectation', answer);
  });

  it('stand on 408 for a client that sends no whole request', async () => {
    const server = createFastify({ ...TIMEOUTS, headers: 100, request: 200, check: 20 }).getInstance();
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const { answers } = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect(answers.map(({ status }) => status)).toEqual([408]);
    for (const answer of answers) expectSecurityHeaders('408', answer);
    await server.close();
  });

  it('stand on 503 where the database is away', async () => {
    jest.spyOn(app.database, 'query').mockRejectedValue(Object.assign(new Error('gone'), { code: '57P01' }));
    const answer = await app.api.get('/health/ready');
    jest.restoreAllMocks();
    expect(answer.status).toBe(503);
    expectSecurityHeaders('503', answer);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
