import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { hasSuccessor, type RefreshTokenPayload, SECRET_BYTES } from './refresh-token';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const GENERATION_BYTES = 4;
const JTI_BYTES = NONCE_BYTES + GENERATION_BYTES + SECRET_BYTES + TAG_BYTES;

/**
 * Encrypts generation and secret of a session as the `jti` of an access token. A reauthentication presents an access token and a password
 * but no refresh token. The `jti` lets it return the next generation although the database stores only a digest of the secret. It is
 * unique for every token and useless without the key.
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

/** @returns undefined for a `jti` that was not encrypted for this session under this key */
export function decryptJti(jti: string, sessionId: string, key: Buffer): RefreshTokenPayload | undefined {
  const bytes = Buffer.from(jti, 'base64url');
  if (bytes.length !== JTI_BYTES) return undefined;
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

/** One key for each session, because random nonces could collide among the billions that one key for all would see. */
function keyOf(sessionId: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`gatehouse/encrypted-jti/${sessionId}`).digest();
}
