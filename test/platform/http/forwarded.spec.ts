import type { TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { sendBytes } from '../../support/bytes';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';
import { sample } from '../../support/sample';
import { currentOf } from '../../support/sessions';
import { ELSEWHERE, SPOOFS } from '../../support/spoofs';

/** These are, but only from a trusted proxy. */
const BELIEVED = { 'X-Forwarded-For': ELSEWHERE, 'X-Forwarded-Proto': 'https' };
const ALL = { ...Object.fromEntries(SPOOFS), ...BELIEVED };
const HOSTS = ['evil.example', 'auth.example.test:8443', '127.0.0.1', '[::1]:1', 'EVIL', 'a@b', 'x y', ''];
const PROXY = '10.9.9.9';

// Which address and which scheme a request is taken to have: src/platform/http/client.spec.ts. Each header alone: slow/forwarded.spec.ts.
describe('what a request says of where it comes from', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  });

  afterAll(async () => app.close());

  /** The address of the session that a sign-in with these headers opens. */
  async function addressOf(headers: Record<string, string>, remoteAddress = '127.0.0.1') {
    const payload = await app.someone();
    const answer = await app.nest.inject({
      method: 'POST',
      url: '/v1/auth/login',
      headers,
      payload,
      remoteAddress,
    });
    return (await currentOf(app, answer.json<TokenBody>().accessToken)).ipAddress;
  }

  it('is the address of the client where a trusted proxy says it in X-Forwarded-For', async () => {
    expect(await addressOf({ 'x-forwarded-for': `${ELSEWHERE}, 203.0.113.7` }, PROXY)).toBe('203.0.113.7');
    expect(await addressOf({ 'x-forwarded-for': 'garbage' }, PROXY)).toBeNull();
  });

  it('is not believed in any other header', async () => {
    const headers = { ...ALL, 'X-Forwarded-For': '203.0.113.7' };
    expect(await addressOf(headers, PROXY)).toBe('203.0.113.7');
  });

  it('is not believed of another peer', async () => {
    expect(await addressOf(ALL)).toBe('127.0.0.1');
  });

  it.each(['X-Original-URL', 'X-Rewrite-URL'])('is no other address to answer in %s', async (name) => {
    const headers = { [name]: '/v1/auth/policy' };
    expectProblem(await app.api.get('/v1/users/me', { headers }), 401, 'authentication-required');
    expectProblem(await app.api.get('/nope', { headers }), 404, 'not-found');
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'is no other method in %s',
    async (name) => {
      const { accessToken: token } = await app.signIn();
      const call = { headers: { [name]: 'DELETE' }, token };
      expect((await app.api.get('/v1/sessions', call)).status).toBe(200);
      expectProblem(
        await app.api.post('/v1/sessions?_method=DELETE', { ...call, json: {} }),
        405,
        'method-not-allowed',
      );
      expect((await app.api.get('/v1/auth/principal', { token })).status).toBe(200);
    },
  );

  it.each(HOSTS)('makes no link and no issuer of Host: %j', async (host) => {
    const spoofs = Object.entries(ALL).map(([name, value]) => `${name}: ${value}`);
    const get = async (path: string) =>
      sendBytes(
        app.api.url,
        [`GET ${path} HTTP/1.1`, `host: ${host}`, 'connection: close', ...spoofs, '', ''].join('\r\n'),
      );
    const metadata = await get('/.well-known/oauth-authorization-server');
    expect(metadata.body).toMatchObject({
      issuer: 'https://auth.example.test',
      jwks_uri: 'https://auth.example.test/.well-known/jwks.json',
    });
    const { headers } = await get('/.well-known/change-password');
    expect(headers.get('location')).toBe('https://auth.example.test/account');
  });

  it.each(sample(HOSTS, 3))('changes no token and no cookie, with Host: %j', async (host) => {
    const payload = await app.someone();
    const inject = async (url: string, headers: object) =>
      app.nest.inject({ method: 'POST', url, payload, headers: { host, ...headers } });
    const { accessToken } = (await inject('/v1/auth/login', ALL)).json<TokenBody>();
    expect(readJws(accessToken).claims.iss).toBe('https://auth.example.test');
    for (const headers of [ALL, {}, { 'x-forwarded-proto': 'http' }]) {
      const answer = await inject('/v1/auth/login?useCookies=true', headers);
      const cookies = [answer.headers['set-cookie'] ?? []].flat();
      const named =
        /^__Host-(?:access|refresh|device)=[^;,\s]+; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=\d+$/;
      expect(cookies).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(named)));
    }
  });

  it.each(['http', 'https', undefined])(
    'answers outside production as any other request, and without HSTS, where the proxy says %s',
    async (scheme) => {
      const headers = scheme === undefined ? {} : { 'x-forwarded-proto': scheme };
      for (const url of ['/v1/auth/policy', '/health/live', '/v1/users/me', '/nope', '/docs', '/%zz']) {
        const answer = await app.nest.inject({ url, headers, remoteAddress: PROXY });
        expect(answer.statusCode).not.toBe(403);
        expect(answer.headers['strict-transport-security']).toBeUndefined();
      }
    },
  );
});
