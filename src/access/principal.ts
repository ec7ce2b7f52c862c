import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { assertHttp } from './non-http-handlers';

/** Who is calling, and what they may do: what every way to authenticate has to find out. */
export interface Caller {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Somebody signed in, as the access token and memory tell it: reading it costs no query. */
export interface Principal extends Caller {
  readonly sessionId: string;
  /** The identifier of the access token. */
  readonly jti: string;
  /** When the user last proved who they are (`auth_time`). */
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
  /** What `@AccessTokenClaims()` providers had to say of the user when the access token was signed. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The caller of a guarded handler. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  assertHttp(context);
  const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
  if (!user) throw new TypeError('@CurrentUser() is used on a @Public() handler, which has no user');
  return user;
});
