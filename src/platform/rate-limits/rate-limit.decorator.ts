import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, from, type Observable, switchMap } from 'rxjs';
import { DomainError, type ErrorKind, RateLimited, ValidationFailed } from '../errors';
import { setDecoratorMetadata, metadataTarget, type DecoratorTarget } from '../extensions';
import { ApiProblems, clientOf, sourceOf } from '../http';
import { type RateLimitAttempt, RateLimiter } from './rate-limiter';
import type { RateLimitPolicy } from './rate-limit-policy';

const RATE_LIMIT = Symbol('budget');
const RATE_LIMITS = Symbol('budgets');

/** What was not even an attempt. */
const MISTAKES: ReadonlySet<ErrorKind> = new Set(['malformed', 'unsupported', 'too-large']);

/** Limits a route by where its requests come from. A body that breaks the rules of the route counts for nothing. */
export function RateLimit(budget: RateLimitPolicy): MethodDecorator {
  return applyDecorators(
    (...place: DecoratorTarget): void => setDecoratorMetadata('@RateLimit()', RATE_LIMIT, budget, place),
    UseInterceptors(RateLimitInterceptor),
    ApiRateLimits(budget),
  );
}

/** States which budgets are used by what a handler calls, where that knows whose attempt it is and the route does not. */
export function ApiRateLimits(...budgets: readonly RateLimitPolicy[]): MethodDecorator {
  const budgetsNoted = (...place: DecoratorTarget): void =>
    setDecoratorMetadata(
      '@ApiRateLimits()',
      RATE_LIMITS,
      [...new Set([...rateLimitPoliciesOf(metadataTarget(place)), ...budgets])],
      place,
    );
  return applyDecorators(budgetsNoted, ApiProblems(RateLimited));
}

export function rateLimitPoliciesOf(handler: object): readonly RateLimitPolicy[] {
  return (Reflect.getMetadata(RATE_LIMITS, handler) as readonly RateLimitPolicy[] | undefined) ?? [];
}

/** Counts attempts by source and says in the answer what is left (draft-ietf-httpapi-ratelimit-headers). */
@Injectable()
export class SourceRateLimiter {
  constructor(private readonly attempts: RateLimiter) {}

  /** @throws RateLimited */
  async consume(
    budget: RateLimitPolicy,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RateLimitAttempt> {
    const { name, quota, windowSeconds } = budget;
    if (!this.attempts.enabled) return this.attempts.consume(budget);
    reply.header('ratelimit-policy', `"${name}";q=${quota};w=${windowSeconds}`);
    try {
      const attempt = await this.attempts.consume(budget, sourceOf(clientOf(request).ipAddress));
      const seconds = Math.max(
        0,
        Math.ceil((attempt.until.getTime() - attempt.consumedAt.getTime()) / 1_000),
      );
      reply.header('ratelimit', `"${name}";r=${attempt.left};t=${seconds}`);
      return attempt;
    } catch (error) {
      if (error instanceof RateLimited) this.refuse(budget, reply, error);
      throw error;
    }
  }

  /**
   * Counts an attempt unless it succeeds, as a sign-in.
   * @throws RateLimited, and then the answer speaks of the budget that refused, whichever that was
   */
  async run(
    budget: RateLimitPolicy,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => unknown,
  ): Promise<true> {
    const attempt = await this.consume(budget, request, reply);
    try {
      await this.attempts.run(attempt, async () => work());
    } catch (error) {
      if (error instanceof RateLimited) this.refuse(budget, reply, error);
      throw error;
    }
    await this.attempts.refund(attempt);
    return true;
  }

  /** It was no attempt: it was not even well-formed. */
  async refund(attempt: RateLimitAttempt): Promise<void> {
    await this.attempts.refund(attempt);
  }

  private refuse({ name }: RateLimitPolicy, reply: FastifyReply, { retryAfterSeconds }: RateLimited): void {
    reply.header('ratelimit', `"${name}";r=0;t=${retryAfterSeconds}`);
  }
}

@Injectable()
class RateLimitInterceptor implements NestInterceptor {
  constructor(
    private readonly limit: SourceRateLimiter,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const budget = this.reflector.get<RateLimitPolicy>(RATE_LIMIT, context.getHandler());
    const claim = this.limit.consume(
      budget,
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
    );
    return from(claim).pipe(
      switchMap((attempt) =>
        next.handle().pipe(
          catchError(async (error: unknown) => {
            if (isMistake(error)) await this.limit.refund(attempt);
            throw error;
          }),
        ),
      ),
    );
  }
}

function isMistake(error: unknown): boolean {
  if (error instanceof ValidationFailed) return !error.countsAsAttempt;
  return error instanceof DomainError && MISTAKES.has(error.kind);
}
