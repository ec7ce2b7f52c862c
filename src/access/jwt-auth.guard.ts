import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { AuthenticationRequired, PUBLIC } from '../platform/http';
import { InvalidToken } from './access.errors';
import { bearerTokenOf } from './bearer-token';

/** Who are you? Closes every handler that is not declared `@Public()`. The strategy it names is registered by `auth`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (bearerTokenOf(request) === undefined) throw new AuthenticationRequired();
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<Principal>(error: unknown, principal: Principal | false): Principal {
    if (error) throw error;
    if (!principal) throw new InvalidToken();
    return principal;
  }
}
