import type { FastifyInstance } from 'fastify';

// What a script may send and read beyond what every script may. Named one by one: nothing of a request is repeated.
const SENT = ['Authorization', 'Content-Type', 'If-None-Match', 'X-Request-Id'];
// Instrumented front ends add these to each request (W3C Trace Context, W3C Baggage, Sentry). They are read by proxies, not here.
const TRACING = ['traceparent', 'tracestate', 'baggage', 'sentry-trace'];
const READ = 'ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
// Chromium keeps a preflight for two hours at the most.
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets scripts of these origins, and of no others, send requests with cookies and read the answers (Fetch, "CORS
 * protocol"). To everybody else an answer says nothing of CORS at all, so their browser keeps it from them.
 *
 * @param headers further ones that these scripts may send
 */
export function enableCors(
  fastify: FastifyInstance,
  origins: ReadonlySet<string>,
  headers: readonly string[],
): void {
  if (origins.size === 0) return;
  const sent = [...SENT, ...TRACING, ...headers].join(', ');
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin = '', 'access-control-request-method': preflight } = request.headers;
    // Also where it is not allowed: a cache must not give one origin the answer to another.
    reply.header('vary', 'Origin');
    if (!origins.has(origin)) return done();
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': READ,
    });
    if (request.method !== 'OPTIONS' || preflight === undefined) return done();
    void reply
      .status(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': sent,
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .send();
  });
}
