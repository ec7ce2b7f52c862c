import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { Key } from '../platform/keyring';

export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'PS256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A key pair bound to one algorithm (RFC 8725 section 3.1); `kid` is its RFC 7638 thumbprint. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function makeSigningKey(algorithm: SigningAlgorithm): Omit<Key, 'algorithm'> {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 3072 });
  return { id: thumbprintOf(publicKey), material: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

/** @throws Error where the stored key is of no algorithm this build signs with */
export function signingKeyOf({ id, algorithm, material }: Key): SigningKey {
  const known = SIGNING_ALGORITHMS.find((candidate) => candidate === algorithm);
  if (!known)
    throw new Error(`The stored signing key ${id} is for ${algorithm}, which this build does not know`);
  const privateKey = createPrivateKey({ key: material, type: 'pkcs8', format: 'der' });
  return { kid: id, algorithm: known, privateKey, publicKey: createPublicKey(privateKey) };
}

/** The public half as RFC 7517 has it; nothing of the private one can be in it. */
export function publicJwkOf({ kid, algorithm, publicKey }: SigningKey): JsonWebKey {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
}

/** RFC 7638: SHA-256 over the required members, in lexicographic order, without white space. */
function thumbprintOf(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' });
  const required =
    jwk.kty === 'EC'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
      : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
