import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors';
import { serverOptionsOf } from './server-options';

/** The request came over http, so any secret in it was readable in transit. */
export class InsecureTransport extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'insecure-transport';

  constructor() {
    super('Use https. If the request contained a password or a token, treat it as compromised.');
  }
}

// One year including subdomains, as the preload lists of browsers require (RFC 6797; ASVS 3.4.1).
const HSTS = 'max-age=31536000; includeSubDomains';

/** Sends HSTS over https, and returns the refusal of a request over http where the server accepts https only. */
export function checkTransport(request: FastifyRequest, reply: FastifyReply): InsecureTransport | undefined {
  if (!serverOptionsOf(request.server).httpsOnly) return undefined;
  if (cameByHttps(request)) {
    reply.header('strict-transport-security', HSTS);
    return undefined;
  }
  return request.routeOptions.url?.startsWith('/health/') ? undefined : new InsecureTransport();
}

/**
 * Whether the client used https, by the connection or by a trusted proxy. Not `request.protocol`: where the path is
 * malformed, Fastify creates a request that trusts no proxy. Of several values the last is from the nearest proxy.
 */
export function cameByHttps({ raw: { headers, socket }, server }: FastifyRequest): boolean {
  const forwarded = headers['x-forwarded-proto'];
  if (forwarded === undefined || !serverOptionsOf(server).trustedProxies.has(socket.remoteAddress))
    return 'encrypted' in socket && socket.encrypted === true;
  return String(forwarded).split(',').at(-1)?.trim().toLowerCase() === 'https';
}
