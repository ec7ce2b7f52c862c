import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type BodyPolicy,
  FORM_TYPE,
  isParsedType,
  JSON_TYPE,
  MULTIPART_TYPE,
  requestedBodyOf,
} from './body-policy';
import { parseForm } from './form-body';
import { MalformedRequest, PayloadTooLarge, UnsupportedMediaType } from './request-errors';

type Done = (error: Error | null, body?: unknown) => void;
type ParseJson = (request: FastifyRequest, text: string, done: Done) => unknown;

/** Marks a request as a form that the handler of its route reads. */
export type AcceptMultipart = (request: FastifyRequest, payload: Readable, done: Done) => void;

// No route needs deep nesting, which would overflow the stack of every recursive walk over the body.
const DEEPEST = 32;

const NO_BOUNDARY = 'The content type of the form has no boundary.';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Accepts `application/json` in UTF-8, and on a route with a body policy the media types of that. An empty body of any type and
 * `null` count as no body. Fastify's parser refuses `__proto__` and `constructor.prototype`.
 */
export function acceptBodies(fastify: FastifyInstance, acceptMultipart?: AcceptMultipart): void {
  const parseJson: ParseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, (request, bytes, done) => {
    const policy = requestedBodyOf(request);
    if (bytes.length > 0 && !policy.types.includes(JSON_TYPE))
      return done(new UnsupportedMediaType(policy.types));
    parseBytes({ request, policy, type: JSON_TYPE, bytes }, parseJson, done);
  });
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const policy = requestedBodyOf(request);
    const type = mediaTypeOf(request.headers);
    if (type === JSON_TYPE || !policy.types.includes(type)) return refuseUnlessEmpty(policy, payload, done);
    if (!isIdentity(request.headers)) return done(new UnsupportedMediaType(policy.types));
    if (type === MULTIPART_TYPE) {
      const hasBoundary = /;\s*boundary=./i.test(request.headers['content-type'] ?? '');
      if (!hasBoundary || !acceptMultipart)
        return done(hasBoundary ? null : new MalformedRequest(NO_BOUNDARY));
      return acceptMultipart(request, payload, done);
    }
    readBytes(payload, request.headers, policy.bytes, (error, bytes) =>
      bytes ? parseBytes({ request, policy, type, bytes }, parseJson, done) : done(error),
    );
  });
  ignoreTypeOfEmptyBody(fastify);
}

interface ReceivedBody {
  readonly request: FastifyRequest;
  readonly policy: BodyPolicy;
  readonly type: string;
  readonly bytes: Buffer;
}

function parseBytes({ request, policy, type, bytes }: ReceivedBody, parseJson: ParseJson, done: Done): void {
  if (policy.raw) Object.assign(request, { rawBody: bytes });
  if (bytes.length === 0) return done(null);
  if (!isIdentity(request.headers)) return done(new UnsupportedMediaType(policy.types));
  if (!isParsedType(type)) return done(null);
  if (!isUtf8(request.headers)) return done(new UnsupportedMediaType(policy.types));
  let text: string;
  try {
    text = UTF_8.decode(bytes);
    if (type === FORM_TYPE) return done(null, parseForm(text, policy.values));
  } catch (error) {
    const refusal = error instanceof MalformedRequest ? error : undefined;
    return done(refusal ?? new MalformedRequest('The request body is not valid UTF-8.'));
  }
  void parseJson(request, text, (error, body) => {
    if (error)
      return done(
        new MalformedRequest('The request body is not valid JSON, or contains a name such as __proto__.'),
      );
    done(isTooComplex(body, policy.values) ? tooComplex(policy.values) : null, body ?? undefined);
  });
}

/** Reads a body of a stated or unknown length; Fastify does so only for media types that every route accepts. */
function readBytes(
  payload: Readable,
  headers: IncomingHttpHeaders,
  limit: number,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  if (Number(headers['content-length'] ?? 0) > limit) return done(new PayloadTooLarge(limit));
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (error: Error | null, bytes?: Buffer): void => {
    payload.off('data', take).off('end', finish).off('error', fail);
    done(error, bytes);
  };
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limit) end(new PayloadTooLarge(limit));
    else chunks.push(chunk);
  };
  const finish = (): void => end(null, Buffer.concat(chunks, length));
  const fail = (): void => end(new MalformedRequest());
  payload.on('data', take).once('end', finish).once('error', fail);
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
}

/** A chunked body may be empty, so another type is refused at its first byte. */
function refuseUnlessEmpty({ types }: BodyPolicy, payload: Readable, done: Done): void {
  const accept = (): void => done(null);
  payload.once('end', accept).once('data', () => {
    payload.off('end', accept);
    done(new UnsupportedMediaType(types));
  });
}

function mediaTypeOf(headers: IncomingHttpHeaders): string {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isUtf8(headers: IncomingHttpHeaders): boolean {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset);
}

function isIdentity(headers: IncomingHttpHeaders): boolean {
  return (headers['content-encoding'] ?? 'identity') === 'identity';
}

export function tooComplex(values: number): MalformedRequest {
  return new MalformedRequest(
    `The request body nests deeper than ${DEEPEST} levels, or holds more than ${values} values.`,
  );
}

/** Iterates level by level, because recursion could overflow the stack. */
export function isTooComplex(body: unknown, most: number): boolean {
  let level = [body].filter(isContainer);
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = level.flatMap((container) => Object.values(container));
    values += below.length;
    if (depth === DEEPEST || values > most) return true;
    level = below.filter(isContainer);
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
