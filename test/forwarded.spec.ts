import { type Api, BY_HTTPS, type TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { sendBytes } from './support/bytes';
import { readJws } from './support/jws';
import { expectProblem } from './support/problem';
import { overHttps, signInOverHttps, startProduction } from './support/production';
import { ELSEWHERE, SPOOFS } from './support/spoofs';
import type { SessionItem, SessionPage } from './support/sessions';

/** These are, but only from a trusted proxy. */
const BELIEVED = [
  ['X-Forwarded-For', ELSEWHERE],
  ['X-Forwarded-Proto', 'https'],
] as const;
const ALL = Object.fromEntries([...SPOOFS, ...BELIEVED]);
const HOSTS = ['evil.example', 'auth.example.test:8443', '127.0.0.1', '[::1]:1', 'EVIL', 'a@b', 'x y', ''];

async function currentSession(api: Api, token: string): Promise<SessionItem | undefined> {
  const { body } = await api.get<SessionPage>('/v1/sessions', { token });
  return body.items.find(({ current }) => current);
}

describe('behind a trusted proxy', () => {
  let app: TestApp;
  let api: Api;
  let tokens: TokenBody;

  beforeAll(async () => {
    app = await startProduction();
    api = overHttps(app);
    tokens = await signInOverHttps(app);
  });

  afterAll(async () => app.close());

  /** @param forwarded lines of X-Forwarded-For */
  async function addressOf(forwarded: readonly string[], headers: object = {}): Promise<string | null> {
    const { statusCode, body } = await app.nest.inject({
      method: 'POST',
      url: '/v1/auth/refresh',
      headers: { ...BY_HTTPS, 'x-forwarded-for': [...forwarded], ...headers },
      payload: { refreshToken: tokens.refreshToken },
      remoteAddress: '127.0.0.1',
    });
    expect(statusCode).toBe(200);
    tokens = JSON.parse(body) as TokenBody;
    const session = await currentSession(api, tokens.accessToken);
    return session?.ipAddress ?? null;
  }

  it.each(SPOOFS)('%s makes no https of http', async (name, value) => {
    const answer = await app.api.get('/v1/auth/policy', { headers: { [name]: value } });
    expectProblem(answer, 403, 'insecure-transport');
  });

  it.each(SPOOFS)('%s does not change who the client is', async (name, value) => {
    expect(await addressOf(['203.0.113.7'], { [name]: value })).toBe('203.0.113.7');
  });

  it.each([
    ['the client', ['203.0.113.7'], '203.0.113.7'],
    ['what a client made up before it', ['198.51.100.1, 203.0.113.7'], '203.0.113.7'],
    ['much of that', [`${'10.0.0.1,'.repeat(500)}203.0.113.7`], '203.0.113.7'],
    ['two proxies', ['203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['two proxies and a made up client', ['198.51.100.1, 203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['two proxies and a made up proxy', ['198.51.100.1, 10.9.9.9, 203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['three proxies', ['203.0.113.7,10.0.0.5,10.0.0.6'], '203.0.113.7'],
    ['proxies of both families', ['203.0.113.7, 2001:db8:1::5, ::ffff:10.0.0.5'], '203.0.113.7'],
    ['a proxy that nobody trusts', ['203.0.113.7, 192.0.2.9, 10.0.0.5'], '192.0.2.9'],
    ['a client among the proxies', ['10.0.0.9'], '10.0.0.9'],
    ['a line for each proxy', ['198.51.100.1', '203.0.113.7', '10.0.0.5'], '203.0.113.7'],
    ['an address with a port', ['203.0.113.7:4711'], '203.0.113.7'],
    ['IPv6', ['198.51.100.1, 2001:db8::7'], '2001:db8::7'],
    ['IPv6 in brackets', ['[2001:db8::7]'], '2001:db8::7'],
    ['IPv6 with a port', ['[2001:db8::7]:4711'], '2001:db8::7'],
    ['IPv6 with a zone', ['fe80::7%eth0'], 'fe80::7'],
    ['IPv4 in IPv6', ['::ffff:203.0.113.7'], '203.0.113.7'],
    ['nothing', [''], '127.0.0.1'],
    ['commas', [' , ,, '], '127.0.0.1'],
    ['empty places', [',203.0.113.7,,10.0.0.5,'], '203.0.113.7'],
  ])('the client is found in %s', async (_, forwarded, address) => {
    expect(await addressOf(forwarded)).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    'garbage',
    '203.0.113.7, garbage',
    '203.0.113.7, garbage, 10.0.0.5',
    '203.0.113.7 10.0.0.5',
    '203.0.113.7;10.0.0.5',
    'for=203.0.113.7',
    '"203.0.113.7"',
    '999.1.1.1',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2130706433',
    '203.0.113.7/32',
    '203.0.113.7:',
    '203.0.113.7:80:80',
    '[2001:db8::7',
    '2001:db8::7::1',
    '[<b>]',
    "'; DROP TABLE sessions; --",
    '<script>alert(1)</script>',
    '${jndi:ldap://evil.example/a}',
    '\xff\xfe',
    'a'.repeat(8_000),
    `fe80::1%${'<'.repeat(50)}`,
  ])('the client has no address where there should be one stands %j', async (text) => {
    expect(await addressOf(['203.0.113.7'])).toBe('203.0.113.7');
    expect(await addressOf([text])).toBeNull();
  });

  it.each(['X-Original-URL', 'X-Rewrite-URL'])('%s asks for no other address', async (name) => {
    const headers = { [name]: '/v1/auth/policy' };
    expectProblem(await api.get('/v1/users/me', { headers }), 401, 'authentication-required');
    expectProblem(await api.get('/nope', { headers }), 404, 'not-found');
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    '%s is no method',
    async (name) => {
      const call = { headers: { [name]: 'DELETE' }, token: tokens.accessToken };
      expect((await api.get('/v1/sessions', call)).status).toBe(200);
      expectProblem(
        await api.post('/v1/sessions?_method=DELETE', { ...call, json: {} }),
        405,
        'method-not-allowed',
      );
      expect((await api.get('/v1/auth/principal', { token: tokens.accessToken })).status).toBe(200);
    },
  );

  it.each(HOSTS)('no link and no issuer is made of Host: %j', async (host) => {
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
});

describe('from anybody else', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  });

  afterAll(async () => app.close());

  it.each([...SPOOFS, ...BELIEVED])('%s does not change who the client is', async (name, value) => {
    const json = await app.someone();
    const { body } = await app.api.post<TokenBody>('/v1/auth/login', { json, headers: { [name]: value } });
    expect((await currentSession(app.api, body.accessToken))?.ipAddress).toBe('127.0.0.1');
  });

  it.each(HOSTS)('tokens and cookies are the same, whatever it says, and with Host: %j', async (host) => {
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
});
