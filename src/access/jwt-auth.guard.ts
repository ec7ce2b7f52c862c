import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { AuthenticationRequired } from '../platform/http';
import { InvalidToken } from './access.errors';
import { accessTokenOf } from './credentials';
import { policyOf } from './route-policy';
import { isSafe, SameSite } from './same-site';
import { admit, JWT, knownBy } from './strategies';

/** Who are you? Closes every handler that is not declared `@Public()`. The strategy it names is registered by `auth`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard(JWT) {
  constructor(private readonly sameSite: SameSite) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { isPublic, strategies } = policyOf(context.getClass(), context.getHandler());
    if (isPublic) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const presented = strategies.includes(JWT) ? accessTokenOf(request) : undefined;
    const others = strategies.filter((strategy) => strategy !== JWT);
    if (!presented && others.length === 0) throw new AuthenticationRequired();
    // Nobody knows of the others whether a browser attaches what they ask for by itself.
    if (presented?.by !== 'bearer' && !isSafe(request.method)) this.sameSite.assert(request);
    return presented ? ((await super.canActivate(context)) as boolean) : admit(others, context);
  }

  override handleRequest<Principal>(error: unknown, known: Principal | false, why: unknown): Principal {
    const principal = knownBy(error, known, why);
    if (!principal) throw new InvalidToken();
    return principal;
  }
}
