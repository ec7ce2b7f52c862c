import { once } from 'node:events';
import { connect } from 'node:net';
import { startApp, type TestApp } from '../../support/app';
import { sendBytes, sendHead } from '../../support/bytes';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

describe('a connection that never says anything', () => {
  it('does not keep the application from ending', async () => {
    const app = await startApp();
    const { hostname, port } = new URL(app.api.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    await app.api.get('/health/live');
    const closed = once(socket, 'close');
    const started = Date.now();
    await app.close();
    await closed;
    // The limit for its head is ten seconds.
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});

describe('what is no readable request', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  afterEach(async () => {
    expect((await app.api.get('/health/live')).status).toBe(200);
  });

  it.each([
    'GET /%zz',
    'POST /v1/auth/%',
    'GET /v1/%c0',
    'GET /v1/users/%e0%80',
    'GET http://%zz/health/live',
    'GET nonsense',
    'GET ?x=1',
    'GET /v1/users/\u00ff',
    'BREW /v1/auth/register',
    'CONNECT elsewhere.example:443',
    'CONNECT /v1/auth/register',
  ])('%s is 400', async (requestLine) => {
    expectProblem(await sendHead(app.api.url, requestLine), 400, 'malformed-request');
  });

  it.each<[string, string]>([
    ['an asterisk', 'GET *'],
    ['the whole server', 'OPTIONS *'],
    ['another host', 'GET http://elsewhere.example/nope'],
    ['an address of 8,000 letters', `GET /${'a'.repeat(8_000)}`],
  ])('asked for %s: 404', async (_, requestLine) => {
    expectProblem(await sendHead(app.api.url, requestLine), 404, 'not-found');
  });

  it.each([
    'GET /docs/%2e%2e/%2e%2e/package.json',
    'GET /docs/%2e%2e%2fpackage.json',
    'GET /docs/%00',
    'GET /docs/%5c..%5cpackage.json',
    'GET /docs/package.json',
    'GET /docs/package%2ejson',
    'GET /docs/index.js',
    'GET /docs/README.md',
  ])('%s is 404', async (requestLine) => {
    expectProblem(await sendHead(app.api.url, requestLine), 404, 'not-found');
  });

  it.each<[string, string | Uint8Array]>([
    ['text', 'hello\r\n\r\n'],
    ['the start of TLS', Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['zeroes', new Uint8Array(100)],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown version', 'GET /health/live HTTP/9.9\r\nhost: x\r\n\r\n'],
    ['a request without a host', 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['a NUL in a header', 'GET /health/live HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n'],
    ['a blank in a header name', 'GET /health/live HTTP/1.1\r\nhost: x\r\nx y: z\r\n\r\n'],
    [
      'two lengths',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    [
      'a chunk without a size',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s is 400, and the connection ends', async (_, bytes) => {
    const answer = await sendBytes(app.api.url, bytes);
    expectProblem(answer, 400, 'malformed-request');
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('a head of more than 16 KiB is 431', async () => {
    const inHeader = await sendHead(app.api.url, 'GET /health/live', `x: ${'a'.repeat(16_384)}`);
    expectProblem(inHeader, 431, 'headers-too-large');
    const inTarget = await sendHead(app.api.url, `GET /health/live?${'a'.repeat(16_384)}`);
    expectProblem(inTarget, 431, 'headers-too-large');
  });

  it('a client that goes away in the middle is no harm', async () => {
    const abort = new AbortController();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{"email":')) });
    const init = { method: 'POST', body, duplex: 'half', signal: abort.signal } as RequestInit;
    const arrived = once(app.nest.getHttpServer(), 'request');
    const answer = fetch(`${app.api.url}/v1/auth/register`, {
      ...init,
      headers: { 'content-type': 'application/json' },
    });
    await arrived;
    abort.abort();
    await expect(answer).rejects.toThrow(/abort/);
  });

  it('an unknown expectation is ignored', async () => {
    expect((await sendHead(app.api.url, 'GET /health/live', 'expect: the unexpected')).status).toBe(200);
  });
});
