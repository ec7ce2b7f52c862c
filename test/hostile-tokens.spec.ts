import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { createDatabase } from './support/database';
import {
  base64url,
  type Json,
  type Jws,
  type PublishedKey,
  readJws,
  signer,
  thumbprintOf,
  writeJws,
} from './support/jws';

const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const thiefSigns = signer('ES256', thief.privateKey);
const thiefDer = thief.publicKey.export({ type: 'spki', format: 'der' });
const thiefJwk: JsonWebKey = thief.publicKey.export({ format: 'jwk' });

let app: TestApp;
let canary: Server;
let canaryRequests = 0;
let foreignToken: string;
let genuine: string;
let ours: PublishedKey;

beforeAll(async () => {
  // An empty database: keys of its own. First, because passport has one strategy of a name in a process.
  const database = await createDatabase({ empty: true });
  const other = await startApp({ env: { DATABASE_URL: database.url } });
  foreignToken = (await other.signIn()).accessToken;
  await other.close();
  await database.drop();
  app = await startApp();
  genuine = (await app.signIn()).accessToken;
  const { body } = await app.api.get<{ keys: [PublishedKey] }>('/.well-known/jwks.json');
  [ours] = body.keys;
  canary = createServer((_request, response) => {
    canaryRequests++;
    const keys = [{ ...thiefJwk, kid: ours.kid, alg: 'ES256', use: 'sig' }];
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((listening) => canary.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  canary.close();
  await app.close();
});

const jws = (): Jws => readJws(genuine);
const canaryUrl = () => `http://127.0.0.1:${(canary.address() as AddressInfo).port}/jwks.json`;
const present = (token: string) => app.api.get<ProblemBody>('/v1/auth/principal', { token });

async function expectRefused(token: string): Promise<void> {
  const { status, headers, body } = await present(token);
  expect([status, body.code]).toEqual([401, 'invalid-token']);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse", error="invalid_token"');
}

/** The genuine claims under a header of the attacker's making. */
const signedByThief = (header: Json) => writeJws({ ...jws().header, ...header }, jws().claims, thiefSigns);
const unsigned = (alg: string) => writeJws({ ...jws().header, alg }, jws().claims, () => '');
const keyedWith = (secret: string | Buffer) =>
  writeJws({ ...jws().header, alg: 'HS256' }, jws().claims, (signed) =>
    createHmac('sha256', secret).update(signed).digest(),
  );

const ourPublicKey = (format: 'pem' | 'der') =>
  createPublicKey({ key: ours, format: 'jwk' }).export({ type: 'spki', format: format as 'pem' });

/** One bit of one part turned over; the part stays base64url. */
function flipped(index: 0 | 1 | 2): string {
  return jws()
    .parts.map((part, at) => {
      if (at !== index) return part;
      const bytes = Buffer.from(part, 'base64url');
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      return base64url(bytes);
    })
    .join('.');
}

/** The same bytes in other characters: 64 bytes leave four bits of the last character unused. */
function respelled(token: string): string {
  const [header, payload, signature] = readJws(token).parts;
  const bytes = Buffer.from(signature, 'base64url');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = Array.from(alphabet)
    .map((last) => signature.slice(0, -1) + last)
    .find((text) => text !== signature && Buffer.from(text, 'base64url').equals(bytes));
  return `${header}.${payload}.${other}`;
}

/** The genuine claims under a header of the attacker's making, over the genuine signature. */
const relabelled = (header: Json) =>
  [base64url({ ...jws().header, ...header }), ...jws().parts.slice(1)].join('.');
const withSignature = (signature: Buffer | string) =>
  [...jws().parts.slice(0, 2), base64url(signature)].join('.');

describe('a token whose algorithm is', () => {
  it.each(
    Object.entries<() => string>({
      none: () => unsigned('none'),
      None: () => unsigned('None'),
      nOnE: () => unsigned('nOnE'),
      empty: () => unsigned(''),
      absent: () => writeJws({ typ: 'at+jwt', kid: ours.kid }, jws().claims, thiefSigns),
      'a number': () => relabelled({ alg: 256 }),
      'HS256 under our public key as PEM': () => keyedWith(ourPublicKey('pem')),
      'HS256 under our public key as DER': () => keyedWith(ourPublicKey('der')),
      'HS256 under our public key as JWK': () => keyedWith(JSON.stringify(ours)),
      'HS256 under the two numbers of our public key': () =>
        keyedWith(Buffer.from(`${ours.x}${ours.y}`, 'base64url')),
      'HS256 under nothing': () => keyedWith(''),
      'one the key is not for': () => relabelled({ alg: 'ES384' }),
    }),
  )('%s is refused', async (_, forge) => expectRefused(forge()));
});

describe('a token whose key is', () => {
  it.each(
    Object.entries<() => string>({
      'another one under our kid': () => signedByThief({}),
      'its own, unknown here': () => signedByThief({ kid: thumbprintOf(thiefJwk) }),
      'that of another deployment': () => foreignToken,
      'embedded as jwk': () => signedByThief({ jwk: thiefJwk }),
      'embedded as jwk under its own kid': () =>
        signedByThief({ jwk: thiefJwk, kid: thumbprintOf(thiefJwk) }),
      'behind jku': () => signedByThief({ jku: canaryUrl() }),
      'behind x5u': () => signedByThief({ x5u: canaryUrl() }),
      'behind a kid that is a URL': () => signedByThief({ kid: canaryUrl() }),
      'in x5c': () => signedByThief({ x5c: [base64url(thiefDer)] }),
      absent: () => writeJws({ alg: 'ES256', typ: 'at+jwt' }, jws().claims, thiefSigns),
      'a list': () => signedByThief({ kid: [ours.kid] }),
      'a file': () => signedByThief({ kid: '../../../../dev/null' }),
      'a query': () => signedByThief({ kid: "' UNION SELECT 'key' --" }),
      'named __proto__': () => signedByThief({ kid: '__proto__' }),
      'named constructor': () => signedByThief({ kid: 'constructor' }),
      'named toString': () => signedByThief({ kid: 'toString' }),
      'a name without end': () => signedByThief({ kid: 'k'.repeat(8_000) }),
    }),
  )('%s is refused', async (_, forge) => expectRefused(forge()));

  it('somewhere else makes the application ask nobody', () => {
    expect(canaryRequests).toBe(0);
  });
});

describe('a token of ours with', () => {
  it.each(
    Object.entries<() => string>({
      'a flipped bit in its header': () => flipped(0),
      'a flipped bit in its payload': () => flipped(1),
      'a flipped bit in its signature': () => flipped(2),
      'its signature in another spelling of the same bytes': () => respelled(genuine),
      padding: () => `${genuine}==`,
      'a space in it': () => genuine.replace('.', '. '),
      'a tab in it': () => genuine.replace('.', '.\t'),
      'its last character missing': () => genuine.slice(0, -1),
      'its signature missing': () => jws().parts.slice(0, 2).join('.'),
      'an empty signature': () => withSignature(''),
      'a signature of zeros, which broken verifiers take for anything': () => withSignature(Buffer.alloc(64)),
      'a fourth part': () => `${genuine}.${jws().parts[2]}`,
      'a fourth, empty part': () => `${genuine}.`,
      'its parts empty': () => '..',
      'the scheme twice': () => `Bearer ${genuine}`,
      'ten kilobytes more': () => `${genuine}${'A'.repeat(10_000)}`,
      'itself inside, unsigned': () => writeJws({ ...jws().header, alg: 'none' }, genuine, () => ''),
    }),
  )('%s is refused', async (_, forge) => expectRefused(forge()));

  it('nothing wrong is accepted: the attacks above fail for what they say', async () => {
    expect((await present(genuine)).status).toBe(200);
  });

  it('a megabyte more does not get past the head of the request', async () => {
    const { status, headers } = await present(`${genuine}${'A'.repeat(2 ** 20)}`);
    expect(status).toBe(431);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('a token of another purpose', () => {
  it('does not work in place of an access token: a refresh token', async () => {
    await expectRefused((await app.signIn()).refreshToken);
  });

  it('does not work in place of a refresh token: an access token', async () => {
    const json = { refreshToken: genuine };
    const { status, body } = await app.api.post<ProblemBody>('/v1/auth/refresh', { json });
    expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
  });
});
