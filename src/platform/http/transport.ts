import type { FastifyInstance } from 'fastify';
import { DomainError } from '../errors';
import { answerProblem } from './problem-answer';

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

/**
 * Answers what came over https, and of the rest only the health checks of whoever stands before the proxy. Which it was is
 * what the connection is, or what a trusted proxy says it was.
 */
export function insistOnHttps(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.protocol.toLowerCase() === 'https') {
      reply.header('strict-transport-security', HSTS);
      return done();
    }
    if (request.routeOptions.url?.startsWith('/health/')) return done();
    answerProblem(request, reply, new InsecureTransport());
  });
}
