import { once } from 'node:events';
import { RouteTable } from '../src/platform/http';
import { startApp, type TestApp } from './support/app';
import {
  expectAnswer,
  expectAnswers,
  expectEnds,
  expectManners,
  expectService,
  Fuzz,
  heapMegabytes,
} from './support/fuzz';
import type { HostileRequest } from './support/hostile-request';
import { inParallel } from './support/parallel';
import { exchange, open } from './support/wire';

const SEED = 20_261_123;
const CONNECT = 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: x\r\n\r\n';

const PLAIN: HostileRequest = {
  method: 'POST',
  target: '/v1/auth/login',
  headers: ['content-type: application/json'],
  body: '{}',
  signedIn: false,
  framing: 'length',
};
const members = (count: number) => Array.from({ length: count }, (_, at) => `"${at.toString(36)}":0`).join();

/** What was found once, by this suite or another: it stays found. */
const FOUND: Record<string, Partial<HostileRequest>> = {
  'a body of 8,000 unknown properties, which took half a second and 700 kB of answer': {
    body: `{${members(8_000)}}`,
  },
  'a body at the limit that is nothing but one name': { body: `{${'"email":1,'.repeat(6_000)}"email":1}` },
  'a HEAD whose body is no chunks': { method: 'HEAD', target: '/health/live', framing: 'no chunks' },
  'a body with a byte order mark': { body: '\xef\xbb\xbf{}' },
  'a range of a file that it has not': {
    method: 'GET',
    target: '/docs/swagger-ui.css',
    headers: ['range: bytes=9-1'],
  },
  'PRI without a version, which no router knows': { method: 'PRI', target: '/x\r\nx: y' },
  '64 kB of headers': { headers: [`x: ${'a'.repeat(64_000)}`] },
  '10,000 cookies': { headers: [`cookie: ${'a=1;'.repeat(10_000)}`] },
};

describe('under hostile requests, the application', () => {
  let app: TestApp;
  let fuzz: Fuzz;
  let heapBefore: number;

  beforeAll(async () => {
    app = await startApp({ env: { RATE_LIMITS: 'off' } });
    fuzz = await Fuzz.on(app);
    await expectService(app);
    heapBefore = heapMegabytes();
  });

  afterAll(async () => app.close());

  afterEach(async () => expectService(app));

  it('answers every one, on every route, as the contract says, and soon', async () => {
    await expectAnswers(fuzz, { seed: SEED, numRuns: 220 });
    expect(Object.keys(fuzz.statuses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '404', '413', '415', '422', '431']),
    );
  });

  it('answers or hangs up where bytes were damaged on the way', async () => {
    await expectEnds(fuzz, { seed: SEED, numRuns: 100 });
  });

  it.each(Object.entries(FOUND))('answers %s', async (_, found) => {
    await expectAnswer(fuzz, { ...PLAIN, ...found });
  });

  it('answers every route with 400 where the host is missing', async () => {
    for (const { method, url } of app.nest.get(RouteTable).routes) {
      const bytes = `${method} ${url} HTTP/1.1\r\nconnection: close\r\n\r\n`;
      const { answers } = await exchange(app.api.url, bytes, { methods: [method] });
      expect([url, answers.map(({ status }) => status)]).toEqual([url, [400]]);
      for (const answer of answers) expectManners(answer);
    }
  });

  it('answers 100 requests that came at once on one connection, each in its turn', async () => {
    const { routes } = app.nest.get(RouteTable);
    const sent = Array.from({ length: 100 }, (_, at) => {
      const { method, url } = routes[at % routes.length] ?? { method: 'GET', url: '/' };
      const last = at === 99 ? 'connection: close\r\n' : '';
      const head = `${method} ${url} HTTP/1.1\r\nhost: x\r\nx-request-id: pipelined-${at}\r\n${last}`;
      return { method, bytes: `${head}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}` };
    });
    const methods = sent.map(({ method }) => method);
    const { answers } = await exchange(app.api.url, sent.map(({ bytes }) => bytes).join(''), { methods });
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(
      sent.map((_, at) => `pipelined-${at}`),
    );
    for (const [at, answer] of answers.entries()) {
      if (!routes[at % routes.length]?.url.startsWith('/docs')) expectManners(answer);
    }
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\nconten'],
    [
      'a head',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n',
    ],
    [
      'half a body',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a"',
    ],
    [
      'half a chunk',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a"',
    ],
    ['a whole request', 'GET /v1/auth/principal HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('lets go of a client that says no more after %s', async (_, bytes) => {
    const { answers } = await exchange(app.api.url, bytes, { halfClose: true });
    for (const answer of answers) expectManners(answer);
  });

  it('serves others beside 500 connections that say nothing and 100 that stop in the middle', async () => {
    const idle = await inParallel(600, async (at) => {
      const socket = await open(app.api.url);
      if (at >= 500) socket.write('POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{');
      return socket;
    });
    const started = Date.now();
    await expectService(app);
    expect(Date.now() - started).toBeLessThan(2_000);
    for (const socket of idle) socket.destroy();
  });

  it.each([
    ['CONNECT', CONNECT],
    ['CONNECT and more', CONNECT + 'x'.repeat(100_000)],
    ['what is no request', 'garbage\r\n\r\n'],
    ['half a request', 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{'],
    ['a request', 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('survives clients that reset after %s', async (_, bytes) => {
    await inParallel(20, async (at) => {
      const socket = await open(app.api.url);
      socket.write(bytes);
      if (at % 2 === 0) await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
      socket.resetAndDestroy();
    });
    await expectService(app);
  });

  it('has kept none of it in memory', () => {
    expect(heapMegabytes() - heapBefore).toBeLessThan(60);
  });
});
