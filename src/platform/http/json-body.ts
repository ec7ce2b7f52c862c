import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MalformedRequest, UnsupportedMediaType } from './request-errors';

export const BODY_LIMIT_BYTES = 64 * 1024;

// Validation costs far more than parsing; no form has this many fields.
const MOST_VALUES = 1_000;
// No route needs deep nesting, which would overflow the stack of every recursive walk over the body.
const DEEPEST = 32;

const TOO_COMPLEX = `The request body nests deeper than ${DEEPEST} levels, or holds more than ${MOST_VALUES} values.`;

/**
 * Accepts `application/json` in UTF-8 only. An empty body of any type and `null` count as no body. Fastify's parser refuses
 * `__proto__` and `constructor.prototype`.
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
          new MalformedRequest('The request body is not valid JSON, or contains a name such as __proto__.'),
        );
      done(isTooComplex(body) ? new MalformedRequest(TOO_COMPLEX) : null, body ?? undefined);
    });
  });
  ignoreTypeOfEmptyBody(fastify);
}

/** Some clients send a content type without a body: `curl -d ''`, axios, urllib. */
function ignoreTypeOfEmptyBody(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) {
      delete headers['content-type'];
      delete headers['content-length'];
    }
    done();
  });
  // A chunked body may be empty, so another type is refused at its first byte.
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

/** Iterates level by level, because recursion could overflow the stack. */
function isTooComplex(body: unknown): boolean {
  let level = [body].filter(isContainer);
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = level.flatMap((container) => Object.values(container));
    values += below.length;
    if (depth === DEEPEST || values > MOST_VALUES) return true;
    level = below.filter(isContainer);
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
