import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired } from '../platform/http';
import { InvalidToken } from './access.errors';
import { accessTokenOf } from './credentials';
import { assertHttp } from './non-http-handlers';
import type { Caller } from './principal';
import { JWT, policyOf } from './route-policy';
import { isSafe, CsrfProtection } from './csrf-protection';
import { PassportStrategies } from './passport-strategies';

/**
 * Authenticates the callers of every handler that is not `@Public()`, and those who send an access token to a handler with
 * `@OptionalUser()`. Refuses cross-site requests that act on cookies. The module `auth` registers the strategy.
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard(JWT) {
  constructor(
    private readonly csrf: CsrfProtection,
    private readonly strategies: PassportStrategies,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    assertHttp(context);
    const policy = policyOf(context.getClass(), context.getHandler());
    const { isPublic, optionalUser, strategies, actsOnCookies } = policy;
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>();
    if (isPublic && actsOnCookies?.(request)) this.csrf.assertAllowed(request);
    if (isPublic && !optionalUser) return true;
    const presented = strategies.includes(JWT) ? accessTokenOf(request) : undefined;
    if (!presented && isPublic) return true;
    const others = strategies.filter((strategy) => strategy !== JWT);
    if (!presented && others.length === 0) throw new AuthenticationRequired();
    // A browser may attach the credentials of other strategies by itself, too.
    if (presented?.by !== 'bearer' && !isSafe(request.method)) this.csrf.assertAllowed(request);
    if (presented) return (await super.canActivate(context)) as boolean;
    request.user = await this.strategies.authenticate(others, request);
    return true;
  }

  override handleRequest<Principal>(error: unknown, principal: Principal | false, why: unknown): Principal {
    if (error) throw error;
    // Passport reports a missing key as a bad token; the cause may be that the database is unavailable.
    if (why instanceof DomainError) throw why;
    if (!principal) throw new InvalidToken();
    return principal;
  }
}
