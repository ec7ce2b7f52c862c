import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { hasSuccessor, type RefreshTokenPayload, SECRET_BYTES } from './refresh-token';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const GENERATION_BYTES = 4;
const SEALED_BYTES = NONCE_BYTES + GENERATION_BYTES + SECRET_BYTES + TAG_BYTES;

/**
 * The `jti` of an access token: its session's claim, sealed for us alone. Reauthenticating is given an access token and a
 * password, no refresh token; this is what lets it answer with the next generation of the same session although the
 * database keeps only a digest of the secret. Unique for every token, and worth nothing without the key.
 */
export function encryptJti({ sessionId, generation, secret }: RefreshTokenPayload, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(sessionId, key), nonce);
  const head = Buffer.alloc(GENERATION_BYTES);
  head.writeUInt32BE(generation);
  return Buffer.concat([
    nonce,
    cipher.update(head),
    cipher.update(secret),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString('base64url');
}

/** @returns undefined for what was not sealed for this session under this key */
export function decryptJti(sealed: string, sessionId: string, key: Buffer): RefreshTokenPayload | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length !== SEALED_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, keyOf(sessionId, key), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    const generation = plain.readUInt32BE(0);
    if (!hasSuccessor(generation)) return undefined;
    return { sessionId, generation, secret: plain.subarray(GENERATION_BYTES) };
  } catch {
    return undefined;
  }
}

/** One key for each session: random nonces must not meet under one key, and a key for all would see billions of them. */
function keyOf(sessionId: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`gatehouse/encrypted-jti/${sessionId}`).digest();
}
