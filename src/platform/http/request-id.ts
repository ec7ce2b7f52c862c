import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';

// What travels into logs and headers must not be able to break either.
const HARMLESS = /^[\w.-]{8,64}$/;

/** The caller's `X-Request-Id` where it is harmless, else a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && HARMLESS.test(given) ? given : uuidv7();
}
