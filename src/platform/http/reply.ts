import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FailureDetails } from '../errors';
import { PROBLEM_TYPE, problemOf } from './problem';
import { prepareReply, isPrepared } from './reception';

/** The answer to a request that failed, wherever it did: Nest's filter does not see what a hook throws. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: FailureDetails): void {
  const refusal = isPrepared(reply) ? undefined : prepareReply(request, reply);
  const problem = problemOf(refusal ?? error, request.id);
  void reply
    .status(problem.status)
    .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(problem);
}
