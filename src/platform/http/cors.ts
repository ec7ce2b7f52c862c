import type { FastifyInstance } from 'fastify';

// Request and response headers beyond those that every script may use. Listed one by one, never copied from a request.
const SENT = ['Authorization', 'Content-Type', 'If-None-Match', 'X-Request-Id'];
// Instrumented front ends add these to each request (W3C Trace Context, W3C Baggage, Sentry). They are read by proxies, not here.
const TRACING = ['traceparent', 'tracestate', 'baggage', 'sentry-trace'];
const READ = 'ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
// Chromium caches a preflight for at most two hours.
const PREFLIGHT_SECONDS = 7_200;

/**
 * Allows scripts of these origins only to send requests with cookies and read the responses (Fetch, "CORS protocol"). A
 * response to any other origin has no CORS headers, so the browser does not expose it.
 *
 * @param headers further request headers that these scripts may send
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
    // Also where the origin is not allowed: a cache must not serve the response of one origin to another.
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
