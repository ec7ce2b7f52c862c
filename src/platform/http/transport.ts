import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors';
import { cameByHttps } from './proxies';

/** The request came over http: whatever secrets it held were readable on the way. */
export class InsecureTransport extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'insecure-transport';

  constructor() {
    super('This is answered over https only. If a password or a token was sent, take it for read by others.');
  }
}

// A year, and with the subdomains, as browsers' preload lists want it (RFC 6797; ASVS 3.4.1).
const HSTS = 'max-age=31536000; includeSubDomains';

// Which servers do: each is made before the settings are read.
const insisting = new WeakSet<object>();

/**
 * Answers what came over https, and of the rest only the health checks of whoever stands before the proxy. Which it was is
 * what the connection is, or what a trusted proxy says it was.
 */
export function insistOnHttps({ server }: FastifyInstance): void {
  insisting.add(server);
}

/** Says in the answer that https is to be used from now on, or why there will be no other answer. */
export function checkTransport(request: FastifyRequest, reply: FastifyReply): InsecureTransport | undefined {
  if (!insisting.has(request.server.server)) return undefined;
  if (cameByHttps(request)) {
    reply.header('strict-transport-security', HSTS);
    return undefined;
  }
  return request.routeOptions.url?.startsWith('/health/') ? undefined : new InsecureTransport();
}
