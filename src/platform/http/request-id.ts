import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

// The id is written to logs and headers, so its characters are restricted.
const HARMLESS = /^[\w.-]{8,64}$/;

// A system call for 16 random bytes costs more than routing a request, so random bytes are read in bulk.
const ID_BYTES = 16;
const random = new Uint8Array(256 * ID_BYTES);
let used = random.length;

/** Returns the caller's `X-Request-Id` where it is valid, else a new UUIDv7. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && HARMLESS.test(given) ? given : newRequestId();
}

const ownIds = new WeakMap<IncomingMessage, string>();

/** The id for stored records: an id from the caller could contain personal data, which would outlive the account. */
export function generatedRequestIdOf({ id, raw }: Pick<FastifyRequest, 'id' | 'raw'>): string {
  if (raw.headers['x-request-id'] !== id) return id;
  const own = ownIds.get(raw) ?? newRequestId();
  ownIds.set(raw, own);
  return own;
}

/** Returns that id where it was used and differs from the caller's, for the log line that links the two. */
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
