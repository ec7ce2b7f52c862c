import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../errors';
import { COMMON_HEADERS } from './security-headers';
import { checkTransport } from './transport';

/**
 * What is done first with every request, whatever becomes of it: the answer gets the headers that all answers have.
 * @returns why it is refused already
 */
export function prepareReply(request: FastifyRequest, reply: FastifyReply): DomainError | undefined {
  reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
  return checkTransport(request, reply);
}

/** Fastify passes its hooks over for a path that is none and for a method that no router knows. */
export function isPrepared(reply: FastifyReply): boolean {
  return reply.hasHeader('x-request-id');
}
