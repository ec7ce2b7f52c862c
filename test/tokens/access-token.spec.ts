import type { ProblemBody, TokenBody } from '../support/api';
import type { TestApp } from '../support/app';
import { type PublishedKey, readJws, thumbprintOf, verifies } from '../support/jws';
import { OTHER_SETTINGS } from '../support/other-settings';
import { sharedApp } from '../support/shared-app';
import { aMember } from '../support/staff';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function publishedKeys(app: TestApp): Promise<PublishedKey[]> {
  return (await app.api.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json')).body.keys;
}

async function publishedKeyOf(app: TestApp, token: string): Promise<PublishedKey> {
  const key = (await publishedKeys(app)).find(({ kid }) => kid === readJws(token).header.kid);
  if (!key) throw new Error('the key of this token is not published');
  return key;
}

async function statusWith(app: TestApp, token: string): Promise<number> {
  return (await app.api.get('/v1/auth/principal', { token })).status;
}

async function refreshed(app: TestApp, { refreshToken }: TokenBody): Promise<TokenBody> {
  const { status, body } = await app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  expect(status).toBe(200);
  return body;
}

describe('an access token', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const untilExpiryOf = (token: string) => Number(readJws(token).claims.exp) * 1_000 - app.clock.nowMs();

  it('names its algorithm, its type and its key, and nothing else', async () => {
    const { accessToken } = await app.signIn();
    const key = await publishedKeyOf(app, accessToken);
    expect(readJws(accessToken).header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: thumbprintOf(key) });
  });

  it('says who signed in, where, how and for how long, and nothing else', async () => {
    const person = await app.someone();
    const { accessToken, expiresIn } = await app.signIn(person);
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [person.email]);
    const [session] = await app.query<{ id: string }>('SELECT id FROM sessions WHERE user_id = $1', [
      user?.id,
    ]);
    const now = Math.floor(app.clock.nowMs() / 1_000);
    expect(expiresIn).toBe(900);
    expect(session?.id).toMatch(UUID_V7);
    expect(readJws(accessToken).claims).toStrictEqual({
      iss: 'https://auth.example.test',
      aud: 'https://auth.example.test',
      sub: user?.id,
      client_id: 'first-party',
      sid: session?.id,
      jti: expect.stringMatching(/^[\w-]{22,}$/) as string,
      iat: now,
      exp: now + 900,
      auth_time: now,
      acr: 'aal1',
      amr: ['pwd'],
      roles: [],
      ver: 1,
    });
  });

  it('verifies by the published key alone', async () => {
    const { accessToken } = await app.signIn();
    const [header, payload, signature] = readJws(accessToken).parts;
    const key = await publishedKeyOf(app, accessToken);
    expect(verifies(accessToken, key)).toBe(true);
    expect(verifies(`${header}.${payload}A.${signature}`, key)).toBe(false);
  });

  it('has a jti of its own, also within one session', async () => {
    const first = await app.signIn();
    const second = await refreshed(app, first);
    const replayed = await refreshed(app, first);
    const ids = [first, second, replayed, await app.signIn()].map(
      ({ accessToken }) => readJws(accessToken).claims.jti,
    );
    expect(new Set(ids).size).toBe(4);
  });

  it('keeps session and auth_time when it is refreshed, while iat and exp move on', async () => {
    const first = await app.signIn();
    app.clock.advance({ hours: 3 });
    const before = readJws(first.accessToken).claims;
    const { jti, iat, exp, ...rest } = readJws((await refreshed(app, first)).accessToken).claims;
    expect(rest).toEqual({ ...before, jti: undefined, iat: undefined, exp: undefined });
    expect(jti).not.toBe(before.jti);
    expect(iat).toBe(Number(before.iat) + 10_800);
    expect(exp).toBe(Number(before.exp) + 10_800);
  });

  it('works to the last millisecond before its exp and not at it, although it was verified before', async () => {
    const { accessToken } = await app.signIn();
    expect(await statusWith(app, accessToken)).toBe(200);
    app.clock.advance({ milliseconds: untilExpiryOf(accessToken) - 1_000 });
    expect(await statusWith(app, accessToken)).toBe(200);
    app.clock.advance({ milliseconds: 999 });
    expect(await statusWith(app, accessToken)).toBe(200);
    app.clock.advance({ milliseconds: 1 });
    const { status, body } = await app.api.get<ProblemBody>('/v1/auth/principal', { token: accessToken });
    expect([status, body.code]).toEqual([401, 'invalid-token']);
  });

  it('is refused at its exp when it is seen there for the first time', async () => {
    const { accessToken } = await app.signIn();
    app.clock.advance({ milliseconds: untilExpiryOf(accessToken) });
    expect(await statusWith(app, accessToken)).toBe(401);
  });

  it('is verified by published keys that hold no private half', async () => {
    const { headers, text } = await app.api.get('/.well-known/jwks.json');
    expect(headers.get('content-type')).toMatch(/^application\/jwk-set\+json/);
    for (const key of (JSON.parse(text) as { keys: object[] }).keys)
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});

describe('an access token as the operator set it', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: OTHER_SETTINGS });
  });

  it('is for TOKEN_AUDIENCE and TOKEN_CLIENT_ID and lives for ACCESS_TOKEN_MINUTES, a fraction too', async () => {
    const { accessToken, expiresIn } = await app.signIn(await aMember(app));
    const { iss, aud, client_id, iat, exp } = readJws(accessToken).claims;
    expect([iss, aud]).toEqual(['https://login.example.test', 'https://api.example.test']);
    expect(client_id).toBe('mobile');
    expect([expiresIn, Number(exp) - Number(iat)]).toEqual([150, 150]);
    expect(await statusWith(app, accessToken)).toBe(200);
    app.clock.advance({ seconds: 150 });
    expect(await statusWith(app, accessToken)).toBe(401);
  });

  it('does not outlive its session, however late it is refreshed', async () => {
    const first = await app.signIn(await aMember(app));
    app.clock.advance({ hours: 20 });
    const second = await refreshed(app, first);
    app.clock.advance({ hours: 16, seconds: -32 });
    const last = await refreshed(app, second);
    expect([first.expiresIn, first.refreshExpiresIn]).toEqual([150, 86_400]);
    expect([second.expiresIn, second.refreshExpiresIn]).toEqual([150, 57_600]);
    expect([last.expiresIn, last.refreshExpiresIn]).toEqual([32, 32]);
    app.clock.advance({ seconds: 32 });
    expect(await statusWith(app, last.accessToken)).toBe(401);
  });
});
