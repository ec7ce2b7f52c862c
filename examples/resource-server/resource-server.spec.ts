import { Issuer } from '../../test/support/issuer';
import { base64url, readJws } from '../../test/support/jws';
import { closeServices, REFUSED, serviceOf } from '../../test/support/reports-service';
import { discoverKeys } from './discovery';

afterAll(closeServices);

describe('a service that knows only the issuer', () => {
  let issuer: Issuer;
  let ask: Awaited<ReturnType<typeof serviceOf>>;

  beforeEach(async () => {
    issuer = await Issuer.start();
    ask = await serviceOf(issuer.url);
  });

  afterEach(async () => issuer.stop());

  it('responds with the user of the token', async () => {
    expect(await ask(await issuer.token())).toEqual({ status: 200, challenge: null, readBy: 'ada' });
  });

  it('requires a token and the role', async () => {
    expect(await ask()).toMatchObject({ status: 401, challenge: 'Bearer' });
    for (const roles of [[], ['admin'], 'support', [['support']], undefined])
      expect(await ask(await issuer.token({ roles }))).toMatchObject({
        status: 403,
        challenge: 'Bearer error="insufficient_scope"',
      });
  });

  it('refuses a valid token that another issuer signed again', async () => {
    const { header, claims, parts } = readJws(await issuer.token());
    const [, , signature] = parts;
    const mallory = await Issuer.start();
    const jwks = `${mallory.url}/keys`;
    for (const token of [
      `${base64url({ ...header, alg: 'none' })}.${parts[1]}.`,
      `${base64url({ ...header, alg: 'HS256' })}.${parts[1]}.${signature}`,
      `${parts[0]}.${base64url({ ...claims, sub: 'eve' })}.${signature}`,
      `${parts[0]}.${parts[1]}.`,
      await mallory.token({ iss: issuer.url }, { kid: issuer.kid }),
      await mallory.token({ iss: issuer.url }, { jku: jwks }),
      await mallory.token({ iss: issuer.url }, { kid: issuer.kid, jku: jwks }),
      await mallory.token(),
      'eyJ.eyJ.x',
      'x'.repeat(4_000),
    ])
      expect(await ask(token)).toEqual(REFUSED);
    expect(mallory.keySetFetches).toBe(0);
    await mallory.stop();
  });

  it('fetches the keys once, also for unknown key ids', async () => {
    const tokens = Array.from({ length: 30 }, async (_, n) => issuer.token({}, { kid: `unknown-${n}` }));
    for (const token of await Promise.all(tokens)) expect(await ask(token)).toEqual(REFUSED);
    expect(issuer.keySetFetches).toBe(1);
  });

  it('fetches them again for an unknown key after the minimum interval', async () => {
    const eager = await serviceOf(issuer.url, { cooldownMs: 0 });
    const before = await issuer.token();
    expect(await eager(before)).toMatchObject({ status: 200 });
    await issuer.rotate();
    expect(await eager(await issuer.token())).toMatchObject({ status: 200 });
    // A withdrawn key is not trusted any longer.
    expect(await eager(before)).toEqual(REFUSED);
  });

  it('responds with 503, not 401, while the keys are unavailable, and tries again', async () => {
    const eager = await serviceOf(issuer.url, { cooldownMs: 0 });
    issuer.broken = true;
    expect(await eager(await issuer.token())).toEqual({ status: 503, challenge: null, readBy: undefined });
    issuer.broken = false;
    expect(await eager(await issuer.token())).toMatchObject({ status: 200 });
  });

  it('does not query an unavailable issuer again, whatever tokens it receives', async () => {
    issuer.broken = true;
    const before = issuer.requests;
    for (let each = 0; each < 10; each++)
      expect(await ask(await issuer.token({}, { kid: `unknown-${each}` }))).toMatchObject({ status: 503 });
    expect(issuer.requests - before).toBeLessThanOrEqual(2);
  });

  it('verifies tokens with cached keys while the issuer is unavailable', async () => {
    const good = await issuer.token();
    expect(await ask(good)).toMatchObject({ status: 200 });
    issuer.broken = true;
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 31_000);
    const before = issuer.requests;
    for (let each = 0; each < 5; each++) {
      expect(await ask(await issuer.token({}, { kid: `unknown-${each}` }))).toMatchObject({ status: 503 });
      expect(await ask(good)).toMatchObject({ status: 200 });
    }
    expect(issuer.requests - before).toBe(1);
    later.mockRestore();
  });

  it.each([
    ['that names another issuer', { issuer: 'https://other.example.test' }],
    ['that names none', { issuer: undefined }],
    ['whose keys would come over a network in the clear', { jwks_uri: 'http://auth.example.test/keys' }],
    ['whose keys would be elsewhere, by another protocol', { jwks_uri: 'https://auth.example.test/keys' }],
    ['whose keys would come from a file', { jwks_uri: 'file:///etc/passwd' }],
    ['without keys', { jwks_uri: undefined }],
  ])('does not take metadata %s', async (_, metadata) => {
    issuer.metadata = metadata;
    await expect(discoverKeys(issuer.url)).rejects.toThrow(/./);
    expect(await ask(await issuer.token())).toMatchObject({ status: 503 });
    expect(issuer.keySetFetches).toBe(0);
  });

  it.each(['http://auth.example.test', 'http://127.0.0.1.example.test', 'ftp://127.0.0.1', 'gatehouse'])(
    'does not ask %s',
    async (url) => {
      await expect(discoverKeys(url)).rejects.toThrow(/neither https nor loopback|Invalid URL/);
    },
  );
});

describe('a token', () => {
  let issuer: Issuer;
  let ask: Awaited<ReturnType<typeof serviceOf>>;

  beforeAll(async () => {
    issuer = await Issuer.start();
    ask = await serviceOf(issuer.url);
  });

  afterAll(async () => issuer.stop());

  it.each([
    ['of another issuer', { iss: 'https://other.example.test' }, {}],
    ['of the issuer with a slash more', { iss: 'slash' }, {}],
    ['for another audience', { aud: 'https://other.example.test' }, {}],
    ['for no audience', { aud: undefined }, {}],
    ['of another sort', {}, { typ: 'JWT' }],
    ['of no sort', {}, { typ: undefined }],
    ['that has expired', { exp: 1 }, {}],
    ['that never expires', { exp: undefined }, {}],
    ['that is not good yet', { nbf: 4_000_000_000 }, {}],
    ['without a subject', { sub: undefined }, {}],
    ['whose subject is null', { sub: null }, {}],
    ['whose subject is a number', { sub: 7 }, {}],
    ['whose subject is empty', { sub: '' }, {}],
    ['whose session is null', { sid: null }, {}],
    ['issued in the future', { iat: 4_000_000_000 }, {}],
    ['that names no key', {}, { kid: undefined }],
    ['of no session', { sid: undefined }, {}],
    ['by a key that was not published', {}, { kid: 'unknown' }],
  ])('%s is refused', async (_, claims, header) => {
    const { iss } = claims as { iss?: string };
    const changed = iss === 'slash' ? { iss: `${issuer.url}/` } : claims;
    expect(await ask(await issuer.token(changed, header))).toEqual(REFUSED);
    expect(await ask(await issuer.token())).toMatchObject({ status: 200 });
  });
});
