import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';

export const SECRET_BYTES = 32;

const PREFIX = 'rt_';
const SESSION_END = 16;
const GENERATION_END = SESSION_END + 4;
const SECRET_END = GENERATION_END + SECRET_BYTES;
// 84 bytes are 112 characters with no bits left over, so every token has one spelling.
const FORM = /^rt_[\w-]{112}$/;

/** PostgreSQL's largest integer but one: the next generation must be one as well. */
const LAST_GENERATION = 2 ** 31 - 2;

/** What a refresh token says. */
export interface RefreshTokenPayload {
  readonly sessionId: string;
  readonly generation: number;
  /** 256 random bits of the session, the same in every generation. */
  readonly secret: Buffer;
}

/**
 * Writes a refresh token: session, generation and secret under one HMAC-SHA-256. The next generation is derived from the
 * claim of this one, so nothing that could be used is ever stored.
 */
export function writeRefreshToken(claim: RefreshTokenPayload, key: Buffer): string {
  const body = Buffer.alloc(SECRET_END);
  body.set(uuidBytes(claim.sessionId), 0);
  body.writeUInt32BE(claim.generation, SESSION_END);
  claim.secret.copy(body, GENERATION_END);
  return PREFIX + Buffer.concat([body, macOf(body, key)]).toString('base64url');
}

/** @returns undefined for anything that was not written under this key */
export function readRefreshToken(token: string, key: Buffer): RefreshTokenPayload | undefined {
  if (!FORM.test(token)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const body = bytes.subarray(0, SECRET_END);
  if (!timingSafeEqual(macOf(body, key), bytes.subarray(SECRET_END))) return undefined;
  const generation = body.readUInt32BE(SESSION_END);
  if (!hasSuccessor(generation)) return undefined;
  return {
    sessionId: uuidText(body.subarray(0, SESSION_END)),
    generation,
    secret: Buffer.from(body.subarray(GENERATION_END)),
  };
}

/** Whether there can be a next one; a session that has none left is over. */
export function hasSuccessor(generation: number): boolean {
  return generation <= LAST_GENERATION;
}

/** What the database keeps of a secret. Fast on purpose: there is nothing to guess in 256 random bits. */
export function digestOf(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

function macOf(body: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
