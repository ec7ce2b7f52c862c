import { HttpException, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lostMembers } from './http-exceptions';

/** No more are remembered, and none is reported after them. */
const MOST_REPORTED = 1_000;
const MOST_NAMES = 5;
/** A name that a program gave; any other may be a value of the request. */
const NAME = /^[a-z_]{1,30}$/i;

/**
 * Reports exceptions of which the client receives less than they state, once for each class and route. Values are not logged: they may
 * be secrets of another service.
 */
export class FlattenedExceptions {
  private readonly logger = new Logger('Problem');
  private readonly reported = new Set<string>();

  /** An exception of Nest that is answered with its status. */
  reportLost(exception: HttpException, request: FastifyRequest): void {
    const lost = lostMembers(exception);
    if (lost.length === 0) return;
    const named = lost.filter((name) => NAME.test(name)).slice(0, MOST_NAMES);
    this.report(
      exception,
      request,
      { status: exception.getStatus(), lost: named },
      'an exception has a body of its own, and not all of it is answered: throw a DomainError with members, or an exception with { code, detail }',
    );
  }

  /** An error that is answered as an internal error, although it states a status. */
  reportStatus(error: Error, request: FastifyRequest, stated: number): void {
    this.report(
      error,
      request,
      { stated },
      'the status that an error states is not answered: throw a DomainError or an exception of Nest with a status from 400',
    );
  }

  private report(error: Error, request: FastifyRequest, fields: object, message: string): void {
    const exception = error.constructor.name.slice(0, 100);
    const route = `${request.method} ${request.routeOptions.url ?? 'without a route'}`;
    const key = `${exception} ${route}`;
    if (this.reported.has(key) || this.reported.size >= MOST_REPORTED) return;
    this.reported.add(key);
    this.logger.warn({ requestId: request.id, exception, route, ...fields }, message);
  }
}
