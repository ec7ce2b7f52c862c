import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../errors';
import { PROBLEM_TYPE, problemOf } from './problem';

/** The answer to a request that failed, wherever it did: Nest's filter does not see what a hook throws. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, error: DomainError): void {
  const problem = problemOf(error, request.id);
  void reply
    .status(problem.status)
    // Fastify passes its hooks over for a method that no router knows, so the answer names the request itself.
    .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
    .send(problem);
}
