import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MalformedRequest, UnsupportedMediaType } from './request-errors';

export const BODY_LIMIT_BYTES = 64 * 1024;

// Checking a body and naming its faults costs many times its bytes; no form has this many fields.
const MOST_VALUES = 1_000;
// Deep nesting serves no route here, but it makes every recursive walk over the body overflow the stack.
const DEEPEST = 32;

const TOO_INTRICATE = `The request body nests deeper than ${DEEPEST} levels, or holds more than ${MOST_VALUES} values.`;

/**
 * `application/json` in UTF-8 is the only body there is. An empty one, of whatever type, and `null` are none at all. `__proto__`
 * and `constructor.prototype` are refused by Fastify's own parser.
 */
export function acceptOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    if (!isPlainUtf8(request)) return done(new UnsupportedMediaType());
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return done(new MalformedRequest('The request body is not valid UTF-8.'));
    }
    void parse(request, text, (error, body) => {
      if (error)
        return done(
          new MalformedRequest('The request body is not valid JSON, or has a name such as __proto__ in it.'),
        );
      done(isTooIntricate(body) ? new MalformedRequest(TOO_INTRICATE) : null, body ?? undefined);
    });
  });
  ignoreTypesOfNothing(fastify);
}

/** Clients state a type for a body that they do not send: `curl -d ''`, axios, urllib. */
function ignoreTypesOfNothing(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) {
      delete headers['content-type'];
      delete headers['content-length'];
    }
    done();
  });
  // Of chunks nothing tells beforehand whether there are any. The first byte of another type is refused.
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    const accept = (): void => done(null, undefined);
    payload.once('end', accept).once('data', () => {
      payload.off('end', accept);
      done(new UnsupportedMediaType());
    });
  });
}

function isPlainUtf8({ headers }: FastifyRequest): boolean {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset) && (headers['content-encoding'] ?? 'identity') === 'identity';
}

/** Level by level instead of by recursion, which is what the limit is there to prevent. */
function isTooIntricate(body: unknown): boolean {
  let level = [body].filter(isNest);
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = level.flatMap((nest) => Object.values(nest));
    values += below.length;
    if (depth === DEEPEST || values > MOST_VALUES) return true;
    level = below.filter(isNest);
  }
  return false;
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
