import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

// What travels into logs and headers must not be able to break either.
const HARMLESS = /^[\w.-]{8,64}$/;

// Asking the system for 16 random bytes costs more than the rest of routing a request, so they are asked for in bulk.
const ID_BYTES = 16;
const random = new Uint8Array(256 * ID_BYTES);
let used = random.length;

/** The caller's `X-Request-Id` where it is harmless, else a new UUIDv7. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && HARMLESS.test(given) ? given : newRequestId();
}

const ownIds = new WeakMap<IncomingMessage, string>();

/** For what is stored: an id that the caller chose could be their address, and would outlive their account. */
export function generatedRequestIdOf({ id, raw }: Pick<FastifyRequest, 'id' | 'raw'>): string {
  if (raw.headers['x-request-id'] !== id) return id;
  const own = ownIds.get(raw) ?? newRequestId();
  ownIds.set(raw, own);
  return own;
}

/** That id where it was asked for and is another one than the caller's, for the line of the log that leads from one to the other. */
export function existingGeneratedRequestIdOf({ raw }: Pick<FastifyRequest, 'raw'>): string | undefined {
  return ownIds.get(raw);
}

export function newRequestId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += ID_BYTES;
  return uuidv7({ random: random.subarray(used - ID_BYTES, used) });
}
