import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimited } from '../errors';
import { parseAddress } from './address';
import { type BodyPolicy, requestedBodyOf } from './body-policy';
import { sendProblem } from './reply';
import { sourceOf } from './source';

/**
 * The memory limit for larger bodies that are being read from one source: 1,500 bodies of 64 KiB without their last byte would
 * take 100 MB. A body that arrives with its head is read at once and hardly counts.
 */
const MOST_BYTES = 1024 * 1024;
/** How many of the largest bodies of a route may be read at once where they would exceed that. */
const MOST_LARGEST = 4;
/** What a form occupies, which is passed on as it arrives. */
const FORM_BYTES = 64 * 1024;
/** Smaller bodies are not counted. No sign-in is larger, so an attacker behind a shared address cannot block the sign-ins of others. */
const SMALL_BYTES = 4 * 1024;

/** Refuses a request whose body could exceed the limit together with the unfinished bodies of its source. */
export function limitBodyBytes(fastify: FastifyInstance): void {
  const reserved = new Map<string, number>();
  const releases = new WeakMap<FastifyRequest, () => void>();

  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isLarge(request)) return done();
    const policy = requestedBodyOf(request);
    const bytes = bytesOf(request, policy);
    if (bytes <= SMALL_BYTES) return done();
    const most = policy.multipart ? MOST_BYTES : Math.max(MOST_BYTES, MOST_LARGEST * policy.bytes);
    const source = sourceOf(parseAddress(request.ip));
    const others = reserved.get(source) ?? 0;
    if (others > 0 && others + bytes > most) {
      // Otherwise the rest of the body would be read to keep the connection.
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
    // A form is read by its handler.
    if (!policy.multipart) releases.set(request, release);
    reply.raw.once('close', release);
    done();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    releases.get(request)?.();
    done();
  });
}

const TOO_MUCH = 'Too many unfinished requests from this address. Finish them and try again in a second.';

function isLarge({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BYTES;
}

/** The bytes the body may need; a chunked body may need the maximum. A body over the limit is refused unread. */
function bytesOf({ headers }: FastifyRequest, { bytes: limit, multipart }: BodyPolicy): number {
  const isChunked = headers['transfer-encoding'] !== undefined;
  const length = isChunked ? limit : Number(headers['content-length'] ?? 0);
  if (length > limit) return 0;
  return multipart ? Math.min(length, FORM_BYTES) : length;
}
