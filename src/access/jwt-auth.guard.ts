import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired } from '../platform/http';
import { InvalidToken } from './access.errors';
import { accessTokenOf } from './credentials';
import { policyOf } from './route-policy';
import { isSafe, SameSite } from './same-site';

/** Who are you? Closes every handler that is not declared `@Public()`. The strategy it names is registered by `auth`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly sameSite: SameSite) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (policyOf(context.getClass(), context.getHandler()).isPublic) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const presented = accessTokenOf(request);
    if (!presented) throw new AuthenticationRequired();
    if (presented.by === 'cookie' && !isSafe(request.method)) this.sameSite.assert(request);
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<Principal>(error: unknown, principal: Principal | false, why: unknown): Principal {
    if (error) throw error;
    // Passport takes whatever keeps it from a key for a bad token; here it may be the database that is away.
    if (why instanceof DomainError) throw why;
    if (!principal) throw new InvalidToken();
    return principal;
  }
}
