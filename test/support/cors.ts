import type { Answer } from './api';

/** Two that are allowed. */
export const APP = 'https://app.example.test';
export const LOCAL = 'http://localhost:5173';
/** The settings of an application that allows both. */
export const CORS = { CORS_ORIGINS: `${APP}, ${LOCAL}`, CORS_HEADERS: 'x-tenant' };
const READABLE = 'ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';

/** Every header of an answer that CORS knows. */
export const saidOfCors = ({ headers }: Answer<unknown>) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
/** What is said to the script of an allowed origin. */
export const granted = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': READABLE,
});
/** What is said besides, where it asks first. */
export const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, If-None-Match, X-Request-Id, traceparent, tracestate, baggage, sentry-trace, x-tenant',
  'access-control-max-age': '7200',
};
