import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError, FailureDetails } from '../errors';
import { PROBLEM_TYPE, problemOf } from './problem';
import { COMMON_HEADERS } from './security-headers';
import { checkTransport } from './transport';

/**
 * Runs first for every request: sets the headers that every response has.
 * @returns why the request is refused; undefined where it is not
 */
export function prepareReply(request: FastifyRequest, reply: FastifyReply): DomainError | undefined {
  reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
  return checkTransport(request, reply);
}

/** Sends a problem for a request that failed, also in a hook, which Nest's filter does not see. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: FailureDetails): void {
  // Fastify skips its hooks for a malformed path and for a method that no router knows.
  const refusal = reply.hasHeader('x-request-id') ? undefined : prepareReply(request, reply);
  const problem = problemOf(refusal ?? error, request.id);
  void reply
    .status(problem.status)
    .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(problem);
}
