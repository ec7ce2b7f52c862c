import { type KeyObject, sign } from 'node:crypto';
import { SigningKeys } from '../src/tokens/signing-keys';
import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { base64url, type Json, readJws, signer, writeJws } from './support/jws';

const HOUR = 3_600;
const STRANGER = '019abcde-0000-7000-8000-000000000000';

let app: TestApp;
let privateKey: KeyObject;
let genuine: string;

beforeAll(async () => {
  app = await startApp();
  genuine = (await app.signIn()).accessToken;
  ({ privateKey } = app.nest.get(SigningKeys).current);
});

afterAll(async () => app.close());

const now = () => Math.floor(app.clock.nowMs() / 1_000);
const claims = () => readJws(genuine).claims;
const header = () => readJws(genuine).header;
const signed = (head: Json, payload: Json | string) => writeJws(head, payload, signer('ES256', privateKey));
/** Signed with our own key, as by somebody who found a way to have it sign: only what a token says is wrong. */
const claiming = (changed: Json) => signed(header(), { ...claims(), ...changed });
const headed = (changed: Json) => signed({ ...header(), ...changed }, claims());
const textOf = () => JSON.stringify(claims());

const present = (token: string) => app.api.get<ProblemBody>('/v1/auth/principal', { token });

async function expectRefused(token: string): Promise<void> {
  const { status, headers, body } = await present(token);
  expect([status, body.code]).toEqual([401, 'invalid-token']);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse", error="invalid_token"');
}

describe('a token under our own signature', () => {
  it.each(
    Object.entries<() => string>({
      'nothing changed': () => claiming({}),
      'an iat 29 seconds ahead': () => claiming({ iat: now() + 29, exp: now() + 900 }),
      'an nbf of now': () => claiming({ nbf: now() }),
      'a second to live': () => claiming({ exp: now() + 1 }),
    }),
  )('is accepted with %s', async (_, forge) => {
    expect((await present(forge())).status).toBe(200);
  });

  it.each(['iss', 'aud', 'sub', 'client_id', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr', 'roles', 'ver'])(
    'is refused without %s, and with it as an object',
    async (name) => {
      await expectRefused(claiming({ [name]: undefined }));
      await expectRefused(claiming({ [name]: null }));
      await expectRefused(claiming({ [name]: { toString: 1 } }));
    },
  );

  it.each(
    Object.entries({
      'of another issuer': { iss: 'https://evil.example.test' },
      'of an issuer that differs in a slash': { iss: 'https://auth.example.test/' },
      'of an issuer that differs in case': { iss: 'https://AUTH.example.test' },
      'of several issuers': { iss: ['https://auth.example.test'] },
      'for another audience': { aud: 'https://other.example.test' },
      'for an audience that ours begins': { aud: 'https://auth.example.test.evil.example' },
      'for a list of others': { aud: ['https://other.example.test'] },
      'for a list with others and ours': { aud: ['https://other.example.test', 'https://auth.example.test'] },
      'for nobody': { aud: [] },
      'of another client': { client_id: 'third-party' },
      'about a number': { sub: 1 },
      'about no identifier': { sub: 'admin' },
      'about a list': { sub: [STRANGER] },
      'of no session': { sid: "' OR 1=1 --" },
      'with roles as text': { roles: 'admin' },
      'with roles of numbers': { roles: [1] },
      'with methods as text': { amr: 'pwd' },
      'with a version as text': { ver: '1' },
    }),
  )('is refused %s', async (_, changed) => expectRefused(claiming(changed)));

  it.each(
    Object.entries({
      'expired this second': () => ({ exp: now() }),
      'expired in the last century': () => ({ exp: 0 }),
      'expired before the epoch': () => ({ exp: -now() }),
      'expiring as text': () => ({ exp: String(now() + 60) }),
      'expiring within a second': () => ({ exp: now() + 60.5 }),
      'expiring never': () => ({ exp: Number.MAX_SAFE_INTEGER }),
      'expiring after never': () => ({ exp: 1e300 }),
      'living longer than any token of ours': () => ({ exp: now() + HOUR + 1 }),
      'issued 31 seconds ahead': () => ({ iat: now() + 31 }),
      'issued as text': () => ({ iat: String(now()) }),
      'issued before the epoch': () => ({ iat: -1 }),
      'not valid for another 31 seconds': () => ({ nbf: now() + 31 }),
      'not valid before a text': () => ({ nbf: 'now' }),
      'of somebody who signs in tomorrow': () => ({ auth_time: now() + 24 * HOUR }),
      'of a sign-in that no calendar has': () => ({ auth_time: Number.MAX_SAFE_INTEGER }),
    }),
  )('is refused when it is %s', async (_, changed) => expectRefused(claiming(changed())));

  it.each(
    Object.entries({
      'typ JWT': { typ: 'JWT' },
      'typ application/at+jwt': { typ: 'application/at+jwt' },
      'typ AT+JWT': { typ: 'AT+JWT' },
      'no typ': { typ: undefined },
      'no kid': { kid: undefined },
      'no alg': { alg: undefined },
      'a critical extension': { crit: ['exp'] },
      'an unencoded payload': { b64: false, crit: ['b64'] },
      'a compressed payload': { zip: 'DEF' },
      'a key of its own': { jwk: {} },
      'a place for keys': { jku: 'https://auth.example.test/.well-known/jwks.json' },
      'a place for certificates': { x5u: 'https://auth.example.test/cert.pem' },
      'a content type': { cty: 'JWT' },
    }),
  )('is refused with %s in its header', async (_, changed) => expectRefused(headed(changed)));

  it.each(
    Object.entries<() => string>({
      'another token': () => genuine,
      'text that is no JSON': () => '{',
      'a list': () => JSON.stringify([claims()]),
      'a text': () => JSON.stringify('claims'),
      null: () => 'null',
      'a claim twice, the stranger first': () => textOf().replace('{', `{"sub":"${STRANGER}",`),
      'a claim twice, the stranger last': () => textOf().replace(/}$/, `,"sub":"${STRANGER}"}`),
      'a claim twice, once escaped': () => textOf().replace('{', `{"s\\u0075b":"${STRANGER}",`),
    }),
  )('is refused with a payload that is %s', async (_, payload) => {
    await expectRefused(signed(header(), payload()));
  });

  it('is refused with a member twice in its header', async () => {
    const head = base64url(JSON.stringify(header()).replace('{', '{"alg":"none",'));
    const [, payload] = readJws(genuine).parts;
    const signature = base64url(signer('ES256', privateKey)(`${head}.${payload}`));
    await expectRefused(`${head}.${payload}.${signature}`);
  });

  it('is refused with the signature in DER', async () => {
    const der = (text: string) => sign('sha256', Buffer.from(text), privateKey);
    await expectRefused(writeJws(header(), claims(), der));
  });

  it('is refused with padded parts, though the signature covers the padding', async () => {
    const [head, payload] = readJws(genuine).parts.map((part) => part + '='.repeat(-part.length & 3));
    const input = `${head}.${payload}=`;
    await expectRefused(`${input}.${base64url(signer('ES256', privateKey)(input))}`);
  });
});
