import {
  constants,
  createHash,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export type Json = Record<string, unknown>;
export type Algorithm = 'ES256' | 'RS256' | 'PS256';

/** A public key as `/.well-known/jwks.json` has it. */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: string;
}

export interface Jws {
  readonly header: Json;
  readonly claims: Json;
  /** Header, payload and signature as they stand in the token. */
  readonly parts: readonly [string, string, string];
}

// What node:crypto calls the signatures of RFC 7518.
const OPTIONS = {
  ES256: { dsaEncoding: 'ieee-p1363' },
  RS256: {},
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
} as const;

export function base64url(value: Buffer | string | object): string {
  if (Buffer.isBuffer(value)) return value.toString('base64url');
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

export function readJws(token: string): Jws {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { header: parse(header), claims: parse(payload), parts: [header, payload, signature] };
}

/** A token signed with the given key. A string payload is used unchanged. */
export function writeJws(
  header: Json,
  payload: Json | string,
  signatureOf: (signed: string) => Buffer | string,
): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${base64url(signatureOf(signed))}`;
}

export function signer(algorithm: Algorithm, key: KeyObject): (signed: string) => Buffer {
  return (signed) => sign('sha256', Buffer.from(signed), { key, ...OPTIONS[algorithm] });
}

/** RFC 7515 by node:crypto alone: nothing of the application's takes part. */
export function verifies(token: string, jwk: PublishedKey): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  return verify('sha256', signed, { key, ...OPTIONS[jwk.alg] }, Buffer.from(signature, 'base64url'));
}

/** RFC 7638. */
export function thumbprintOf({ kty, crv, x, y, e, n }: JsonWebKey): string {
  const required = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}

function parse(part: string): Json {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
}
