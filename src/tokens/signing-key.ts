import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyringKey, NewKey } from '../platform/keyring';

export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'PS256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A public key that is bound to one algorithm (RFC 8725 section 3.1); `kid` is its RFC 7638 thumbprint. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
  readonly createdAt: Date;
}

const generate = promisify(generateKeyPair);

export async function makeSigningKey(algorithm: SigningAlgorithm): Promise<NewKey> {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: 3072 });
  return { id: thumbprintOf(publicKey), material: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

/** @throws Error where this build does not support the algorithm of the stored key */
export function signingKeyOf(key: KeyringKey): SigningKey {
  const privateKey = createPrivateKey({ key: key.material, type: 'pkcs8', format: 'der' });
  const publicKey = createPublicKey(privateKey);
  return { kid: key.id, algorithm: algorithmOf(key), privateKey, publicKey, createdAt: key.createdAt };
}

/** The public key that is stored of a retired pair: enough to verify a token, too little to sign one. */
export function publicMaterialOf({ publicKey }: SigningKey): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** @param key with the material of `publicMaterialOf` */
export function verificationKeyOf(key: KeyringKey): VerificationKey {
  const publicKey = createPublicKey({ key: key.material, type: 'spki', format: 'der' });
  return { kid: key.id, algorithm: algorithmOf(key), publicKey };
}

/** The public key as a JWK (RFC 7517), exported from the public KeyObject so that it cannot contain private members. */
export function publicJwkOf({ kid, algorithm, publicKey }: VerificationKey): JsonWebKey {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
}

function algorithmOf({ id, algorithm }: KeyringKey): SigningAlgorithm {
  const known = SIGNING_ALGORITHMS.find((candidate) => candidate === algorithm);
  if (!known)
    throw new Error(`The stored signing key ${id} is for ${algorithm}, which this build does not support`);
  return known;
}

/** RFC 7638: SHA-256 over the required members, in lexicographic order, without white space. */
export function thumbprintOf(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' });
  const required =
    jwk.kty === 'EC'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
      : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
