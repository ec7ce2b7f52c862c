import type { Call } from '../../support/api';
import type { TestApp } from '../../support/app';
import { signedIn } from '../../support/cookies';
import { APP, CORS, granted, LOCAL, saidOfCors } from '../../support/cors';
import { expectProblem } from '../../support/problem';
import { sample } from '../../support/sample';
import { sharedApp } from '../../support/shared-app';
import { exchange } from '../../support/wire';

const NEAR_MISSES = [
  'https://app.example.test.evil.example',
  'https://evil-app.example.test',
  'https://evil.app.example.test',
  'https://app.example.tes',
  'https://app.example.test:8443',
  'https://app.example.test:443',
  'http://app.example.test',
  'https://app.example.test/',
  'https://app.example.test.',
  'https://APP.example.test',
  'HTTPS://app.example.test',
  'https://user@app.example.test',
  'https://auth.example.test',
  'http://localhost',
  'http://127.0.0.1:5173',
  `${APP},${LOCAL}`,
  `${APP}, ${APP}`,
  `${APP} ${LOCAL}`,
  'null',
  '*',
  'undefined',
  '',
];
/** Ways to be answered: a call for each, and what it comes to. */
const ANSWERS: [string, number, string, Call][] = [
  ['a public route', 200, 'GET /v1/auth/policy', {}],
  ['what may be cached', 200, 'GET /.well-known/jwks.json', {}],
  ['what the client has already', 304, 'GET /.well-known/jwks.json', { headers: { 'if-none-match': '*' } }],
  ['HEAD', 200, 'HEAD /v1/auth/policy', {}],
  ['the health check', 200, 'GET /health/live', {}],
  ['a redirect', 302, 'GET /.well-known/change-password', {}],
  ['the documents page', 200, 'GET /docs', {}],
  ['a challenge', 401, 'GET /v1/users/me', {}],
  ['a bad token', 401, 'GET /v1/users/me', { token: 'nonsense' }],
  ['a refusal', 401, 'POST /v1/auth/refresh', { json: { refreshToken: 'a' } }],
  ['an unknown route', 404, 'GET /v1/nothing', {}],
  ['an unknown route, by POST', 404, 'POST /', { json: {} }],
  ['a wrong method', 405, 'DELETE /v1/auth/login', {}],
  [
    'a body that is none',
    400,
    'POST /v1/auth/login',
    { raw: '{', headers: { 'content-type': 'application/json' } },
  ],
  ['a body too long', 413, 'POST /v1/auth/login', { json: { email: 'a'.repeat(70_000) } }],
  ['a form', 415, 'POST /v1/auth/login', { raw: 'a=b', headers: { 'content-type': 'text/plain' } }],
  ['broken rules', 422, 'POST /v1/auth/login', { json: {} }],
  ['OPTIONS that is no preflight', 405, 'OPTIONS /v1/users/me', {}],
  ['OPTIONS of an unknown route', 404, 'OPTIONS /v1/nothing', {}],
];

describe('CORS', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: CORS });
  });

  const ask = async (route: string, call: Call = {}, headers = {}) => {
    const [method = '', path = ''] = route.split(' ');
    return app.api.send(method, path, { ...call, headers: { ...call.headers, ...headers } });
  };
  const preflight = async (path: string, origin: string, headers = {}) =>
    ask(`OPTIONS ${path}`, {}, { origin, 'access-control-request-method': 'PATCH', ...headers });

  it.each(ANSWERS)('lets the scripts of an allowed origin read %s (%i)', async (_, status, route, call) => {
    const answer = await ask(route, call, { origin: APP });
    expect([answer.status, saidOfCors(answer)]).toEqual([status, granted(APP)]);
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  it.each(ANSWERS)('says nothing to others with %s (%i), but for Vary', async (_, status, route, call) => {
    for (const headers of [{}, { origin: 'https://evil.example' }]) {
      const answer = await ask(route, call, headers);
      expect([answer.status, saidOfCors(answer)]).toEqual([status, {}]);
      expect(answer.headers.get('vary')).toBe('Origin');
    }
  });

  it.each(NEAR_MISSES)('takes %j for no origin of the list', async (origin) => {
    for (const answer of [
      await ask('GET /v1/auth/policy', {}, { origin }),
      await preflight('/v1/users/me', origin),
    ])
      expect([saidOfCors(answer), answer.headers.get('vary')]).toEqual([{}, 'Origin']);
    expectProblem(await preflight('/v1/users/me', origin), 405, 'method-not-allowed');
    expectProblem(await preflight('/v1/nothing', origin), 404, 'not-found');
  });

  it('lets the scripts of each allowed origin read, and names that one alone', async () => {
    for (const origin of [APP, LOCAL]) {
      const answers = [
        await ask('GET /v1/auth/policy', {}, { origin }),
        await ask('GET /v1/users/me', {}, { origin }),
      ];
      for (const answer of answers) expect(saidOfCors(answer)).toEqual(granted(origin));
    }
  });

  it('takes an Origin that came twice for none', async () => {
    const request = `GET /v1/auth/policy HTTP/1.1\r\nhost: a\r\nconnection: close\r\norigin: ${APP}\r\norigin: ${APP}\r\n\r\n`;
    const [answer] = (await exchange(app.api.url, request)).answers;
    expect(answer && [answer.status, saidOfCors(answer)]).toEqual([200, {}]);
  });

  it('lets a script of an allowed origin act with cookies', async () => {
    const jar = await signedIn(app);
    const headers = { origin: APP, 'sec-fetch-site': 'same-site' };
    const answer = await jar.send('PATCH', '/v1/users/me', { json: { displayName: 'Ada' }, headers });
    expect([answer.status, saidOfCors(answer)]).toEqual([200, granted(APP)]);
  });
});

describe('CORS without CORS_ORIGINS', () => {
  it('is not there at all', async () => {
    const app = await sharedApp();
    const headers = { origin: 'https://auth.example.test', 'access-control-request-method': 'PATCH' };
    for (const [, status, route, call] of sample(ANSWERS, 8)) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await app.api.send(method, path, { ...call, headers: { ...call.headers, ...headers } });
      expect({ route, status: answer.status, said: saidOfCors(answer) }).toEqual({ route, status, said: {} });
      expect(answer.headers.get('vary')).toBeNull();
    }
  });
});
