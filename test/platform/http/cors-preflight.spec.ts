import type { TestApp } from '../../support/app';
import { APP, CORS, granted, PREFLIGHT, saidOfCors } from '../../support/cors';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

describe('a preflight', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: CORS });
  });

  const ask = async (route: string, headers: object) => {
    const [method = '', path = ''] = route.split(' ');
    return app.api.send(method, path, { headers: { ...headers } });
  };
  const preflight = async (path: string, origin: string, headers = {}) =>
    ask(`OPTIONS ${path}`, { origin, 'access-control-request-method': 'PATCH', ...headers });

  it.each([
    '/v1/users/me',
    '/v1/auth/login?useCookies=true',
    '/v1/sessions/0197c1a0-0000-7000-8000-000000000000',
    '/v1/nothing',
    '/docs',
    '/',
    '/health/live',
  ])('of %s is answered before anybody is asked who they are, and is kept', async (path) => {
    const answer = await preflight(path, APP);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(saidOfCors(answer)).toEqual({ ...granted(APP), ...PREFLIGHT });
    expect(answer.headers.get('vary')).toBe('Origin');
    expect(answer.headers.get('x-request-id')).toEqual(expect.any(String));
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it.each([
    [{ 'access-control-request-method': 'PROPFIND' }],
    [{ 'access-control-request-method': 'X-EVIL' }],
    [{ 'access-control-request-method': '' }],
    [{ 'access-control-request-method': 'GET, EVIL' }],
    [{ 'access-control-request-headers': 'x-evil' }],
    [{ 'access-control-request-headers': '*' }],
    [{ 'access-control-request-headers': 'authorization,cookie,x-forwarded-for,evil'.repeat(2) }],
    [{ 'access-control-request-private-network': 'true' }],
    [{ 'access-control-request-local-network': 'true' }],
    [{ authorization: 'Bearer nonsense' }],
    [{ cookie: '__Host-access=a; __Host-access=b' }],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
  ])('repeats nothing of what it was asked for: %j', async (headers) => {
    const answer = await preflight('/v1/users/me', APP, headers);
    expect([answer.status, saidOfCors(answer)]).toEqual([204, { ...granted(APP), ...PREFLIGHT }]);
    expect(JSON.stringify([...answer.headers])).not.toMatch(/evil|propfind|private|local-network|\*/i);
  });

  it('allows what tracing adds to each request of a front end, and what the operator names', async () => {
    const answer = await preflight('/v1/users/me', APP, {
      'access-control-request-headers': 'authorization,baggage,sentry-trace,traceparent,tracestate,x-tenant',
    });
    const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(', ');
    for (const name of ['baggage', 'sentry-trace', 'traceparent', 'tracestate', 'x-tenant'])
      expect(allowed).toContain(name);
  });

  it('is none without a method to be asked for', async () => {
    const headers = { origin: APP, 'access-control-request-headers': 'authorization' };
    const answer = await ask('OPTIONS /v1/users/me', headers);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toMatch(/PATCH/);
  });

  it('is none by another method', async () => {
    const headers = { origin: APP, 'access-control-request-method': 'PATCH' };
    expectProblem(await ask('GET /v1/users/me', headers), 401, 'authentication-required');
    expectProblem(await ask('PUT /v1/users/me', headers), 405, 'method-not-allowed');
  });
});
