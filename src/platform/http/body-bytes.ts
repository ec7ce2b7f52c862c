import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimited } from '../errors';
import { parseAddress } from './address';
import { BODY_LIMIT_BYTES } from './json-body';
import { sendProblem } from './reply';
import { sourceOf } from './source';

/**
 * What the larger bodies that are being read from one source may need in memory together: 1,500 of 64 KiB that stop before their last byte
 * take 100 MB. A body that arrives with its head is read before the next connection is looked at, so 300 at once need next to nothing of it.
 */
const MOST_BYTES = 1024 * 1024;
/** A connection takes more than a body of that size. No sign-in is larger, so an attacker behind the same address does not stop the sign-ins of others. */
const SMALL_BYTES = 4 * 1024;

/** Refuses a request whose body, beside those that are still being read from its source, could need more than the bound. */
export function limitBodyBytes(fastify: FastifyInstance): void {
  const reserved = new Map<string, number>();
  const releases = new WeakMap<FastifyRequest, () => void>();

  fastify.addHook('onRequest', (request, reply, done) => {
    const bytes = bytesOf(request);
    if (bytes <= SMALL_BYTES) return done();
    const source = sourceOf(parseAddress(request.ip));
    const others = reserved.get(source) ?? 0;
    if (others > 0 && others + bytes > MOST_BYTES) {
      // What is left of the body would be read to keep the connection.
      reply.headers({ connection: 'close', 'retry-after': 1 });
      return sendProblem(request, reply, new RateLimited(1, TOO_MUCH));
    }
    reserved.set(source, others + bytes);
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      const left = (reserved.get(source) ?? 0) - bytes;
      if (left > 0) reserved.set(source, left);
      else reserved.delete(source);
    };
    releases.set(request, release);
    reply.raw.once('close', release);
    done();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    releases.get(request)?.();
    done();
  });
}

const TOO_MUCH =
  'Too many requests from this address are unfinished. Finish those, and try again in a second.';

/** What the body may still need; the length of chunks is not known. One that is over the limit is refused without being read. */
function bytesOf({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit ?? BODY_LIMIT_BYTES;
  if (headers['transfer-encoding'] !== undefined) return limit;
  const length = Number(headers['content-length'] ?? 0);
  return length > limit ? 0 : length;
}
