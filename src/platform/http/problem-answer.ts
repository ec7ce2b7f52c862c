import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Failure } from '../errors';
import { PROBLEM_TYPE, problemOf } from './problem';
import { receive, wasReceived } from './reception';

/** The answer to a request that failed, wherever it did: Nest's filter does not see what a hook throws. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, error: Failure): void {
  const refusal = wasReceived(reply) ? undefined : receive(request, reply);
  const problem = problemOf(refusal ?? error, request.id);
  void reply
    .status(problem.status)
    .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(problem);
}
