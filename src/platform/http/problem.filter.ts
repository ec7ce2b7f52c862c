import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asEmbeddedServerUnavailable, isInvalidValue } from '../database';
import { DomainError, type FailureDetails, InternalError } from '../errors';
import { requestedBodyOf } from './body-policy';
import { challengeFor } from './challenge';
import { FlattenedExceptions } from './flattened-exceptions';
import { failureOf } from './http-exceptions';
import { HttpSettings } from './http.settings';
import { errorForInvalidValue } from './invalid-value';
import { headOf } from './problem';
import { sendProblem } from './reply';
import { MalformedRequest, MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType } from './request-errors';
import { RouteTable } from './route-table';

/** Converts every exception to a problem without internal details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');
  private readonly flattened = new FlattenedExceptions();

  constructor(
    private readonly settings: HttpSettings,
    private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const failure = this.translate(thrown, request);
    this.log(failure, request.id);
    const challenge = challengeFor(failure, this.settings.appName);
    if (challenge) reply.header('www-authenticate', challenge);
    if (failure instanceof MethodNotAllowed) reply.header('allow', failure.allowed.join(', '));
    if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds);
    sendProblem(request, reply, failure);
  }

  private translate(thrown: unknown, request: FastifyRequest): FailureDetails {
    const error = asEmbeddedServerUnavailable(originOf(thrown));
    if (error instanceof DomainError) return error;
    const refusal =
      error instanceof HttpException
        ? this.ofException(error, request)
        : isInvalidValue(error)
          ? this.ofValue(error, request)
          : this.ofFastify(error, request);
    return refusal ?? this.internal(error, request);
  }

  /** Exceptions of Nest, thrown by a team's code or by Nest. */
  private ofException(exception: HttpException, request: FastifyRequest): FailureDetails | undefined {
    const unrouted = exception.getStatus() === 404 ? this.routes.errorFor(request) : undefined;
    if (unrouted instanceof MethodNotAllowed) return unrouted;
    const failure = failureOf(exception);
    if (failure) this.flattened.reportLost(exception, request);
    return failure;
  }

  private ofValue(error: Error, request: FastifyRequest): FailureDetails | undefined {
    const refusal = errorForInvalidValue(error, request);
    if (refusal)
      this.logger.warn({ requestId: request.id, error }, 'the database refused a value of the request');
    return refusal;
  }

  /** Only refusals of Fastify: the status of a library's error is often that of another server's response. */
  private ofFastify(error: unknown, request: FastifyRequest): DomainError | undefined {
    const status = isOfFastify(error) ? (statusCodeOf(error) ?? 500) : 500;
    // 403: the file server's response to a path that it refuses to look up.
    if (status === 403 || status === 404) return this.routes.errorFor(request);
    if (status === 413) return new PayloadTooLarge(request.routeOptions.bodyLimit);
    if (status === 415) return new UnsupportedMediaType(requestedBodyOf(request).types);
    return status < 500 ? new MalformedRequest() : undefined;
  }

  private internal(error: unknown, request: FastifyRequest): FailureDetails {
    const stated = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
    if (stated !== undefined && error instanceof Error) this.flattened.reportStatus(error, request, stated);
    return new InternalError({ cause: error });
  }

  private log(failure: FailureDetails, requestId: string): void {
    const { status } = headOf(failure);
    const line = { requestId, error: failure.cause };
    if (status === 503) this.logger.warn(line, 'request answered 503');
    else if (status >= 500) this.logger.error(line, 'request failed');
  }
}

/** Nest wraps a refusal of Fastify in its own exception, with the text of Fastify. */
function originOf(thrown: unknown): unknown {
  return thrown instanceof HttpException && isOfFastify(thrown.cause) ? thrown.cause : thrown;
}

function isOfFastify(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('FST_');
}

function statusCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode, status } = error as { readonly statusCode?: unknown; readonly status?: unknown };
  return [statusCode, status].find((each) => typeof each === 'number');
}
