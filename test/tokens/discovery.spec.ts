import { CACHE_CONTROL } from '../support/addresses';
import type { TestApp } from '../support/app';
import { readJws } from '../support/jws';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

const JWKS = '/.well-known/jwks.json';
const METADATA = '/.well-known/oauth-authorization-server';
const POLICY = '/v1/auth/policy';

describe('discovery', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

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

    it('answers 304 to a client that has that very ETag, and in full to one that has another', async () => {
      const [whole, etag] = [await ask(path), await etagOf()];
      const known = await ask(path, { 'if-none-match': etag });
      expect([known.status, known.text]).toEqual([304, '']);
      expect(known.headers.get('etag')).toBe(etag);
      expect(known.headers.get('cache-control')).toBe(CACHE_CONTROL[path]);
      const other = await ask(path, { 'if-none-match': '"other"' });
      expect([other.status, other.text, other.headers.get('etag')]).toEqual([200, whole.text, etag]);
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

  describe('what may be cached', () => {
    let current: string;

    beforeAll(async () => {
      current = (await ask(JWKS)).headers.get('etag') ?? '';
    });

    it.each([
      ['the ETag in its weak form, as a proxy that compresses makes it', (etag: string) => `W/${etag}`],
      ['a list with it', (etag: string) => `"other", W/"another",${etag} , "third"`],
      ['a star', () => '*'],
    ])('answers 304 to a client that has %s', async (_, condition) => {
      const { status, text } = await ask(JWKS, { 'if-none-match': condition(current) });
      expect([status, text]).toEqual([304, '']);
    });

    it.each([
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
    ])('answers in full to a client that has %s', async (_, condition) => {
      const { status, headers } = await ask(JWKS, { 'if-none-match': condition(current) });
      expect([status, headers.get('etag')]).toEqual([200, current]);
    });
  });

  it('states the defaults where nothing is set', async () => {
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
      registration: 'open',
      emailVerificationRequired: false,
      factors: ['pwd'],
      secondFactor: { kinds: expect.any(Array), required: 'none', graceDays: 0, rememberDeviceDays: 0 },
      passkeys: { rpId: 'auth.example.test', signIn: true },
      mailSignIn: false,
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
