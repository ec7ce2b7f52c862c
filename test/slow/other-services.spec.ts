import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as oauth from 'oauth4webapi';
import { SigningKeyStore } from '../../src/tokens/signing-key.store';
import { startApp, type TestApp } from '../support/app';
import { eventually } from '../support/eventually';
import { base64url, readJws } from '../support/jws';
import { freePort } from '../support/process';

const ALGORITHMS = ['ES256', 'RS256', 'PS256'] as const;
const AUDIENCE = 'https://api.example.test';

/** The metadata, by the rules of RFC 8414 and from nothing but the issuer. */
async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, {
    algorithm: 'oauth2',
    [oauth.allowInsecureRequests]: true,
  });
  return oauth.processDiscoveryResponse(url, response);
}

/** Another service that uses oauth4webapi. @returns whose token it is */
async function askWithOauth4webapi(issuer: string, token: string, audience = AUDIENCE): Promise<string> {
  const request = new Request('https://api.example.test/things', {
    headers: { authorization: `Bearer ${token}` },
  });
  const claims = await oauth.validateJwtAccessToken(await discover(issuer), request, audience, {
    [oauth.allowInsecureRequests]: true,
  });
  return claims.sub;
}

/** Another service that uses jose. @returns whose token it is */
async function askWithJose(issuer: string, token: string, audience = AUDIENCE): Promise<string> {
  return verifiedBy(await keysOf(issuer), issuer, token, { audience });
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const { jwks_uri: uri = '' } = await discover(issuer);
  // A new key is looked for at once: a test need not wait for half a minute.
  return createRemoteJWKSet(new URL(uri), { cooldownDuration: 0 });
}

async function verifiedBy(
  keys: JWTVerifyGetKey,
  issuer: string,
  token: string,
  { audience = AUDIENCE, currentDate = new Date() },
): Promise<string> {
  const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', currentDate });
  return payload.sub ?? '';
}

const LIBRARIES = [
  ['jose', askWithJose],
  ['oauth4webapi', askWithOauth4webapi],
] as const;

describe.each(ALGORITHMS)('another service that knows the issuer alone, where %s signs,', (algorithm) => {
  let app: TestApp;
  let issuer: string;
  let token: string;

  beforeAll(async () => {
    const port = await freePort();
    issuer = `http://127.0.0.1:${port}`;
    app = await startApp({
      env: {
        PORT: String(port),
        PUBLIC_URL: issuer,
        TOKEN_AUDIENCE: AUDIENCE,
        JWT_ALGORITHM: algorithm,
      },
    });
  });

  beforeEach(async () => {
    token = (await app.signIn()).accessToken;
  });

  afterAll(async () => app.close());

  const forged = (change: (parts: { header: object; claims: object }) => object[]) => {
    const { header, claims, parts } = readJws(token);
    return [...change({ header, claims }).map(base64url), parts[2]].join('.');
  };

  describe.each(LIBRARIES)('with %s', (_, ask) => {
    it('takes our token, and knows whose it is', async () => {
      expect(readJws(token).header.alg).toBe(algorithm);
      expect(await ask(issuer, token)).toBe(readJws(token).claims.sub);
    });

    it('refuses one for another audience', async () => {
      await expect(ask(issuer, token, 'https://other.example.test')).rejects.toThrow(/aud/);
    });

    it('refuses one with altered claims, header or signature', async () => {
      const [head, body, signature] = readJws(token).parts;
      const middle = signature.length / 2;
      const other = signature[middle] === 'A' ? 'B' : 'A';
      for (const tampered of [
        forged(({ header, claims }) => [header, { ...claims, sub: '019abcde-0000-7000-8000-000000000000' }]),
        forged(({ header, claims }) => [{ ...header, alg: 'none' }, claims]),
        forged(({ header, claims }) => [{ ...header, alg: 'HS256' }, claims]),
        forged(({ header, claims }) => [{ ...header, kid: 'unknown' }, claims]),
        forged(({ header, claims }) => [{ ...header, typ: 'JWT' }, claims]),
        `${head}.${body}.${signature.slice(0, middle)}${other}${signature.slice(middle + 1)}`,
        `${head}.${body}.`,
      ])
        await expect(ask(issuer, tampered)).rejects.toThrow(/./);
      expect(await ask(issuer, token)).toBe(readJws(token).claims.sub);
    });

    it('refuses one that has expired', async () => {
      app.clock.advance({ hours: -1 });
      const { accessToken: old } = await app.signIn();
      app.clock.advance({ hours: 1 });
      await expect(ask(issuer, old)).rejects.toThrow(/exp/);
    });
  });

  it('finds no other issuer there than the one it asked', async () => {
    await expect(discover(issuer.replace('127.0.0.1', 'localhost'))).rejects.toThrow(/issuer/);
  });

  it('goes on with the keys it has as the next one is published, signs, and replaces the one before', async () => {
    const keys = await keysOf(issuer);
    const first = readJws(token).header.kid;
    const ask = async (each: string) => verifiedBy(keys, issuer, each, { currentDate: app.clock.now() });
    await ask(token);
    app.clock.advance({ days: 1 });
    const next = await app.nest.get(SigningKeyStore).rotate();
    await eventually(async () => {
      expect((await app.api.get('/.well-known/jwks.json')).text).toContain(next);
    });
    app.clock.advance({ minutes: 59 });
    const { accessToken: before } = await app.signIn();
    expect(readJws(before).header.kid).toBe(first);
    await ask(before);
    app.clock.advance({ minutes: 2 });
    const { accessToken: after } = await app.signIn();
    expect(readJws(after).header.kid).toBe(next);
    expect(await ask(after)).toBe(readJws(after).claims.sub);
    expect(await ask(before)).toBe(readJws(before).claims.sub);
  });
});
