import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired, PUBLIC } from '../platform/http';
import { InvalidToken } from './access.errors';
import { accessTokenOf } from './credentials';
import { SameSite } from './same-site';

// They change nothing (RFC 9110 section 9.2.1), and their answers another origin cannot read.
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who are you? Closes every handler that is not declared `@Public()`. The strategy it names is registered by `auth`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly sameSite: SameSite) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isOpen(context.getClass(), context.getHandler())) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const presented = accessTokenOf(request);
    if (!presented) throw new AuthenticationRequired();
    if (presented.by === 'cookie' && !SAFE_METHODS.has(request.method)) this.sameSite.assert(request);
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

/** Whether a handler is `@Public()`. Own metadata only: a class that extends a public controller has not said so of its own handlers. */
export function isOpen(controller: object, handler: object): boolean {
  return [handler, controller].some((target) => Reflect.getOwnMetadata(PUBLIC, target) === true);
}
