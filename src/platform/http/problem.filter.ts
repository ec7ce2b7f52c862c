import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asUnavailable } from '../database';
import { DomainError, InternalError, Unavailable } from '../errors';
import { challengeFor } from './challenge';
import { HttpSettings } from './http.settings';
import { PROBLEM_TYPE, problemOf } from './problem';
import {
  MalformedRequest,
  MethodNotAllowed,
  NotFound,
  PayloadTooLarge,
  UnsupportedMediaType,
} from './request-errors';
import { RouteTable } from './route-table';

/** Turns whatever was thrown, anywhere, into one problem that says no more than the client may know. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(
    private readonly settings: HttpSettings,
    private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For what fails before Nest is reached, too. */
  send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.translate(thrown, request);
    const problem = problemOf(error, request.id);
    this.log(error, request.id);
    if (error.kind === 'unauthenticated')
      reply.header('www-authenticate', challengeFor(error.code, this.settings.appName));
    if (error instanceof MethodNotAllowed) reply.header('allow', error.allowed.join(', '));
    if (error instanceof Unavailable) reply.header('retry-after', error.retryAfterSeconds);
    void reply
      .status(problem.status)
      .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
      .send(problem);
  }

  private translate(thrown: unknown, request: FastifyRequest): DomainError {
    const error = asUnavailable(thrown);
    if (error instanceof DomainError) return error;
    const status = statusOf(error);
    if (status === HttpStatus.NOT_FOUND) return this.unrouted(request);
    if (status === HttpStatus.PAYLOAD_TOO_LARGE) return new PayloadTooLarge();
    if (status === HttpStatus.UNSUPPORTED_MEDIA_TYPE) return new UnsupportedMediaType();
    if (status === HttpStatus.SERVICE_UNAVAILABLE) return new Unavailable(1, { cause: error });
    if (status >= 400 && status < 500) return new MalformedRequest();
    return new InternalError({ cause: error });
  }

  private unrouted(request: FastifyRequest): DomainError {
    const methods = this.routes.methodsFor(request.raw.url ?? '');
    return methods.length > 0 ? new MethodNotAllowed(methods) : new NotFound();
  }

  private log(error: DomainError, requestId: string): void {
    if (error instanceof InternalError)
      this.logger.error({ requestId, error: error.cause }, 'request failed');
    if (error instanceof Unavailable)
      this.logger.warn({ requestId, error: error.cause }, 'request answered 503');
  }
}

/** Nest and Fastify both put the status of their own refusals on the error; nothing else of it reaches the client. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : HttpStatus.INTERNAL_SERVER_ERROR;
}
