import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asUnavailable } from '../database';
import { DomainError, InternalError, RateLimited, Unavailable, ValidationFailed } from '../errors';
import { challengeFor } from './challenge';
import { HttpSettings } from './http.settings';
import { answerProblem } from './problem-answer';
import {
  AuthenticationRequired,
  Conflict,
  Forbidden,
  MalformedRequest,
  MethodNotAllowed,
  PayloadTooLarge,
  UnsupportedMediaType,
} from './request-errors';
import { RouteTable } from './route-table';

/** HTTP exceptions of Fastify, of Nest and of a team's handlers; those not named here become a 400 or a 500. */
const REFUSALS: Readonly<Record<number, () => DomainError>> = {
  401: () => new AuthenticationRequired(),
  403: () => new Forbidden(),
  409: () => new Conflict(),
  413: () => new PayloadTooLarge(),
  415: () => new UnsupportedMediaType(),
  422: () => new ValidationFailed([]),
  429: () => new RateLimited(60),
};

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
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = this.translate(thrown, request);
    this.log(error, request.id);
    const challenge = challengeFor(error, this.settings.appName);
    if (challenge) reply.header('www-authenticate', challenge);
    if (error instanceof MethodNotAllowed) reply.header('allow', error.allowed.join(', '));
    if (error instanceof Unavailable || error instanceof RateLimited)
      reply.header('retry-after', error.retryAfterSeconds);
    answerProblem(request, reply, error);
  }

  private translate(thrown: unknown, request: FastifyRequest): DomainError {
    const error = asUnavailable(thrown);
    if (error instanceof DomainError) return error;
    const status = statusOf(error);
    const refusal = REFUSALS[status];
    if (status === 404) return this.routes.refusalOf(request);
    if (refusal) return refusal();
    if (status === 503) return new Unavailable(1, { cause: error });
    return status < 500 ? new MalformedRequest() : new InternalError({ cause: error });
  }

  private log(error: DomainError, requestId: string): void {
    const line = { requestId, error: error.cause };
    if (error instanceof InternalError) this.logger.error(line, 'request failed');
    if (error instanceof Unavailable) this.logger.warn(line, 'request answered 503');
  }
}

/** Nest and Fastify both put the status of their own refusals on the error; nothing else of it reaches the client. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}
