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
import { type DecoratorTarget, metadataTarget, setDecoratorMetadata } from '../extensions';
import { ApiProblems, clientOf, sourceOf } from '../http';
import type { RateLimitAttempt, RateLimitPolicy } from './rate-limit-policy';
import { RateLimiter } from './rate-limiter';
import { RateLimitSettings } from './rate-limits.settings';

const ENFORCED_POLICY = Symbol('enforced rate limit policy');
const DOCUMENTED_POLICIES = Symbol('documented rate limit policies');

/** Errors after which the request does not count as an attempt. */
const NO_ATTEMPT: ReadonlySet<ErrorKind> = new Set(['malformed', 'unsupported', 'too-large']);

/** Limits a route by the source of its requests. A request whose body fails validation is not counted. */
export function RateLimit(policy: RateLimitPolicy): MethodDecorator {
  return applyDecorators(
    (...target: DecoratorTarget): void =>
      setDecoratorMetadata('@RateLimit()', ENFORCED_POLICY, policy, target),
    UseInterceptors(RateLimitInterceptor),
    ApiRateLimits(policy),
  );
}

/** Documents the policies that a handler's services enforce, where only they know whose attempt it is. */
export function ApiRateLimits(...policies: readonly RateLimitPolicy[]): MethodDecorator {
  const setPolicies = (...target: DecoratorTarget): void => {
    const all = [...new Set([...rateLimitPoliciesOf(metadataTarget(target)), ...policies])];
    setDecoratorMetadata('@ApiRateLimits()', DOCUMENTED_POLICIES, all, target);
  };
  return applyDecorators(setPolicies, ApiProblems(RateLimited));
}

/** The policies of a handler with their defaults. */
export function rateLimitPoliciesOf(handler: object): readonly RateLimitPolicy[] {
  return (Reflect.getMetadata(DOCUMENTED_POLICIES, handler) as readonly RateLimitPolicy[] | undefined) ?? [];
}

/** Counts attempts by source and sends the rate limit headers (draft-ietf-httpapi-ratelimit-headers). */
@Injectable()
export class SourceRateLimiter {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly settings: RateLimitSettings,
  ) {}

  /** @throws RateLimited */
  async consume(
    policy: RateLimitPolicy,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RateLimitAttempt> {
    if (!this.settings.enabled) return this.limiter.consume(policy);
    const { name, quota, windowSeconds } = this.settings.effectivePolicy(policy);
    reply.header('ratelimit-policy', `"${name}";q=${quota};w=${windowSeconds}`);
    return this.withHeader(policy, reply, async () => {
      const attempt = await this.limiter.consume(policy, sourceOf(clientOf(request).ipAddress));
      const seconds = Math.max(
        0,
        Math.ceil((attempt.until.getTime() - attempt.consumedAt.getTime()) / 1_000),
      );
      reply.header('ratelimit', `"${name}";r=${attempt.left};t=${seconds}`);
      return attempt;
    });
  }

  /**
   * Counts an attempt and refunds it if it succeeds, as a sign-in.
   * @throws RateLimited; the header then names this policy, also where another policy refused
   */
  async run(
    policy: RateLimitPolicy,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => unknown,
  ): Promise<true> {
    const attempt = await this.consume(policy, request, reply);
    await this.withHeader(policy, reply, async () => this.limiter.run(attempt, async () => work()));
    await this.limiter.refund(attempt);
    return true;
  }

  private async withHeader<T>(
    { name }: RateLimitPolicy,
    reply: FastifyReply,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RateLimited)
        reply.header('ratelimit', `"${name}";r=0;t=${error.retryAfterSeconds}`);
      throw error;
    }
  }
}

@Injectable()
class RateLimitInterceptor implements NestInterceptor {
  constructor(
    private readonly sources: SourceRateLimiter,
    private readonly limiter: RateLimiter,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const policy = this.reflector.get<RateLimitPolicy>(ENFORCED_POLICY, context.getHandler());
    const consumed = this.sources.consume(
      policy,
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
    );
    return from(consumed).pipe(
      switchMap((attempt) =>
        next.handle().pipe(
          catchError(async (error: unknown) => {
            if (!isAttempt(error)) await this.limiter.refund(attempt);
            throw error;
          }),
        ),
      ),
    );
  }
}

function isAttempt(error: unknown): boolean {
  if (error instanceof ValidationFailed) return error.countsAsAttempt;
  return !(error instanceof DomainError && NO_ATTEMPT.has(error.kind));
}
