import { startApp, type TestApp, withApp } from './support/app';
import { readJws } from './support/jws';
import { expectProblem } from './support/problem';

const JWKS = '/.well-known/jwks.json';
const METADATA = '/.well-known/oauth-authorization-server';
const POLICY = '/v1/auth/policy';
const CHANGE_PASSWORD = '/.well-known/change-password';
const CACHE_CONTROL: Readonly<Record<string, string>> = {
  [JWKS]: 'public, max-age=300',
  [METADATA]: 'public, max-age=3600',
  [POLICY]: 'public, max-age=300',
};

describe('discovery', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const ask = async (path: string, headers: Record<string, string> = {}) => app.api.get(path, { headers });

  describe('the metadata (RFC 8414)', () => {
    it('says who issues, where the keys are, and that there are no OAuth endpoints', async () => {
      const { status, headers, body } = await ask(METADATA);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(body).toEqual({
        issuer: 'https://auth.example.test',
        jwks_uri: 'https://auth.example.test/.well-known/jwks.json',
        response_types_supported: [],
        grant_types_supported: [],
      });
    });

    it('names as issuer what the tokens have as iss, to the letter', async () => {
      const { accessToken } = await app.signIn();
      expect((await ask(METADATA)).body.issuer).toBe(readJws(accessToken).claims.iss);
    });
  });

  describe.each([JWKS, METADATA, POLICY])('%s', (path) => {
    const etagOf = async () => (await ask(path)).headers.get('etag') ?? '';

    it('may be cached, and has a strong ETag that stays as long as the content does', async () => {
      const [first, second] = [await ask(path), await ask(path)];
      expect(first.headers.get('cache-control')).toBe(CACHE_CONTROL[path]);
      expect(first.headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(second.text).toBe(first.text);
    });

    it.each([
      ['that very ETag', (etag: string) => etag],
      ['it in its weak form, as a proxy that compresses makes it', (etag: string) => `W/${etag}`],
      ['a list with it', (etag: string) => `"other", W/"another",${etag} , "third"`],
      ['a star', () => '*'],
    ])('answers 304 to whoever has %s: with ETag and Cache-Control, without a body', async (_, condition) => {
      const etag = await etagOf();
      const { status, headers, text } = await ask(path, { 'if-none-match': condition(etag) });
      expect([status, text]).toEqual([304, '']);
      expect(headers.get('etag')).toBe(etag);
      expect(headers.get('cache-control')).toBe(CACHE_CONTROL[path]);
    });

    it.each([
      ['another ETag', () => '"other"'],
      ['nothing', () => ''],
      ['the ETag without its quotes', (etag: string) => etag.replaceAll('"', '')],
      ['half of it', (etag: string) => etag.slice(0, 20)],
      ['a star in quotes', () => '"*"'],
      ['a weak star', () => 'W/*'],
      ['a star within a list', () => '"other", *'],
      ['a weakness in lower case', (etag: string) => `w/${etag}`],
      ['a weakness twice', (etag: string) => `W/W/${etag}`],
      ['commas', () => ',,,,'],
      ['10,000 characters', () => '"x",'.repeat(2_500)],
    ])('answers in full to whoever has %s', async (_, condition) => {
      const [whole, etag] = [await ask(path), await etagOf()];
      const { status, text, headers } = await ask(path, { 'if-none-match': condition(etag) });
      expect([status, text, headers.get('etag')]).toEqual([200, whole.text, etag]);
    });

    it('answers HEAD with the head of a GET, and with 304 likewise', async () => {
      const whole = await ask(path);
      const head = await app.api.send('HEAD', path);
      expect([head.status, head.text]).toEqual([200, '']);
      for (const name of ['etag', 'cache-control', 'content-type', 'content-length'])
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
      const condition = { 'if-none-match': whole.headers.get('etag') ?? '' };
      const again = await app.api.send('HEAD', path, { headers: condition });
      expect([again.status, again.headers.get('etag')]).toEqual([304, whole.headers.get('etag')]);
    });

    it('asks for no token, and looks at none', async () => {
      const { accessToken } = await app.signIn();
      const { text } = await ask(path);
      for (const token of ['x', accessToken]) expect((await app.api.get(path, { token })).text).toBe(text);
    });

    it('is not to be written to', async () => {
      for (const method of ['POST', 'PUT', 'DELETE'])
        expectProblem(await app.api.send(method, path), 405, 'method-not-allowed');
    });
  });

  it('tells what is in force where nothing is set', async () => {
    expect((await ask(POLICY)).body).toEqual({
      password: {
        minLength: 15,
        maxLength: 128,
        refused: ['common', 'guessable', 'personal'],
        contextWords: ['Gatehouse'],
      },
      lifetimes: {
        accessTokenSeconds: 900,
        sessionIdleSeconds: 1_209_600,
        sessionMaxSeconds: 7_776_000,
        refreshGraceSeconds: 30,
        recentSignInSeconds: 900,
      },
      emailVerificationRequired: false,
      factors: ['pwd'],
      limits: [],
      revocationSeconds: 1,
    });
  });

  it.each([
    '/.well-known',
    '/.well-known/',
    '/.well-known/openid-configuration',
    // How password managers find out whether to believe the address above.
    '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200',
    `${METADATA}/tenant`,
    `${JWKS}/`,
    '/v1/.well-known/jwks.json',
    '/.well-known/..%2fjwks.json',
  ])('has nothing at %s', async (path) => {
    expectProblem(await ask(path), 404, 'not-found');
  });
});

describe('what is discovered goes by the settings:', () => {
  it.each([
    ['https://login.example.test', 'https://login.example.test'],
    ['https://login.example.test/', 'https://login.example.test'],
    ['https://LOGIN.example.test:443', 'https://login.example.test'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ])('the issuer by PUBLIC_URL=%s, not by what a request calls its host', async (PUBLIC_URL, issuer) => {
    await withApp({ env: { PUBLIC_URL } }, async (app) => {
      const headers = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
      };
      const { body } = await app.api.get(METADATA, { headers });
      expect(body).toMatchObject({ issuer, jwks_uri: `${issuer}${JWKS}` });
      expect(readJws((await app.signIn()).accessToken).claims.iss).toBe(issuer);
    });
  });

  it('the policy by what is set', async () => {
    const env = {
      PASSWORD_MIN_LENGTH: '20',
      ACCESS_TOKEN_MINUTES: '2.5',
      SESSION_IDLE_DAYS: '0.5',
      SESSION_MAX_DAYS: '2',
      REFRESH_GRACE_SECONDS: '0',
      REQUIRE_VERIFIED_EMAIL: 'true',
      RECENT_SIGN_IN_MINUTES: '5',
      APP_NAME: 'Acme',
      BREACHED_PASSWORDS_URL: 'https://passwords.example.com/range/',
    };
    await withApp({ env }, async (app) => {
      expect((await app.api.get(POLICY)).body).toEqual({
        password: {
          minLength: 20,
          maxLength: 128,
          refused: ['common', 'guessable', 'personal', 'breached'],
          contextWords: ['Acme'],
        },
        lifetimes: {
          accessTokenSeconds: 150,
          sessionIdleSeconds: 43_200,
          sessionMaxSeconds: 172_800,
          refreshGraceSeconds: 0,
          recentSignInSeconds: 300,
        },
        emailVerificationRequired: true,
        factors: ['pwd'],
        limits: [],
        revocationSeconds: 1,
      });
    });
  });

  it.each([
    [{}, 'https://auth.example.test/account'],
    [
      { ACCOUNT_URL: 'https://app.example.test/me/security?tab=1' },
      'https://app.example.test/me/security?tab=1',
    ],
    [{ PUBLIC_URL: 'https://login.example.test' }, 'https://login.example.test/account'],
  ])('where a password is changed: with %j that is, for now, at %s', async (env, location) => {
    await withApp({ env }, async ({ api }) => {
      const headers = { 'x-forwarded-host': 'evil.example' };
      for (const method of ['GET', 'HEAD']) {
        const answer = await api.send(method, CHANGE_PASSWORD, { headers });
        expect([answer.status, answer.headers.get('location')]).toEqual([302, location]);
        expect([answer.text, answer.headers.get('cache-control')]).toEqual(['', 'no-store']);
      }
    });
  });
});
