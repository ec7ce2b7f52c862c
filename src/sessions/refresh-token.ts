import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';

export const SECRET_BYTES = 32;

const PREFIX = 'rt_';
const SESSION_ID_END = 16;
const GENERATION_END = SESSION_ID_END + 4;
const SECRET_END = GENERATION_END + SECRET_BYTES;
// 84 bytes are exactly 112 characters of base64url, so every token has one encoding.
const FORM = /^rt_[\w-]{112}$/;

/** One below PostgreSQL's largest integer, because the next generation must fit as well. */
const LAST_GENERATION = 2 ** 31 - 2;

export interface RefreshTokenPayload {
  readonly sessionId: string;
  readonly generation: number;
  /** 256 random bits of the session, the same in every generation. */
  readonly secret: Buffer;
}

/**
 * Encodes session, generation and secret under one HMAC-SHA-256. The next generation is derived from the presented one, so no usable
 * token is ever stored.
 */
export function writeRefreshToken(payload: RefreshTokenPayload, key: Buffer): string {
  const body = Buffer.alloc(SECRET_END);
  body.set(uuidBytes(payload.sessionId), 0);
  body.writeUInt32BE(payload.generation, SESSION_ID_END);
  payload.secret.copy(body, GENERATION_END);
  return PREFIX + Buffer.concat([body, macOf(body, key)]).toString('base64url');
}

/** @returns undefined for a token that was not written under this key */
export function readRefreshToken(token: string, key: Buffer): RefreshTokenPayload | undefined {
  if (!FORM.test(token)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const body = bytes.subarray(0, SECRET_END);
  if (!timingSafeEqual(macOf(body, key), bytes.subarray(SECRET_END))) return undefined;
  const generation = body.readUInt32BE(SESSION_ID_END);
  if (!hasSuccessor(generation)) return undefined;
  return {
    sessionId: uuidText(body.subarray(0, SESSION_ID_END)),
    generation,
    secret: Buffer.from(body.subarray(GENERATION_END)),
  };
}

/** Whether a generation has a next one; a session without a next generation is over. */
export function hasSuccessor(generation: number): boolean {
  return generation <= LAST_GENERATION;
}

/** The digest of a secret that the database stores. A fast hash is enough for 256 random bits. */
export function digestOf(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

function macOf(body: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
