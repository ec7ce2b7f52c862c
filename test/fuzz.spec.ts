import { RouteTable } from '../src/platform/http';
import { startApp, type TestApp } from './support/app';
import { expectAnswer, expectAnswers, expectEnds, expectManners, expectService, Fuzz } from './support/fuzz';
import type { HostileRequest } from './support/hostile-request';
import {
  expectHostNeeded,
  expectResetsSurvived,
  expectServiceBeside,
  expectTurns,
  RESETS,
} from './support/rude-clients';
import { sample } from './support/sample';
import { exchange } from './support/wire';

const SEED = 20_261_123;

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

  beforeAll(async () => {
    app = await startApp({ env: { RATE_LIMITS: 'off' } });
    fuzz = await Fuzz.on(app);
    await expectService(app);
  });

  afterAll(async () => app.close());

  afterEach(async () => expectService(app));

  it('answers every one, on every route, as the contract says, and soon', async () => {
    await expectAnswers(fuzz, { seed: SEED, numRuns: 40 });
    expect(Object.keys(fuzz.statuses)).toEqual(expect.arrayContaining(['400', '401', '404', '415', '422']));
  });

  it('answers or hangs up where bytes were damaged on the way', async () => {
    await expectEnds(fuzz, { seed: SEED, numRuns: 20 });
  });

  it.each(Object.entries(FOUND))('answers %s', async (_, found) => {
    await expectAnswer(fuzz, { ...PLAIN, ...found });
  });

  // More of all of these, and the memory they take: slow/fuzz.spec.ts.
  it('answers a route with 400 where the host is missing', async () => {
    await expectHostNeeded(app, sample(app.nest.get(RouteTable).routes, 8));
  });

  it('answers requests that came at once on one connection, each in its turn', async () => {
    await expectTurns(app, 20);
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

  it('serves others beside connections that say nothing or stop in the middle', async () => {
    await expectServiceBeside(app, { silent: 20, stopped: 10 });
  });

  it.each(Object.entries(RESETS))('survives clients that reset after %s', async (_, bytes) => {
    await expectResetsSurvived(app, bytes, 4);
  });
});
