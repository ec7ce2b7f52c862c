import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { existingGeneratedRequestIdOf } from '../http';

/** Logs one line per request, with the route pattern instead of the URL; the request id is the only value from the client. */
export function logRequests(fastify: FastifyInstance): void {
  const logger = new Logger('Request');
  fastify.addHook('onResponse', (request, reply, done) => {
    const ownRequestId = existingGeneratedRequestIdOf(request);
    const line = {
      requestId: request.id,
      ...(ownRequestId !== undefined && { ownRequestId }),
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 500) logger.error(line, 'answered');
    else if (reply.statusCode >= 400 || request.method !== 'GET') logger.log(line, 'answered');
    else logger.debug(line, 'answered');
    done();
  });
}
