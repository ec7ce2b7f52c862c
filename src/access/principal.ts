import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Acr } from './acr';
import { assertHttp } from './non-http-handlers';
import { noteOptionalUser } from './route-policy';

/** The authenticated caller of a request with its rights, whatever strategy authenticated it. */
export interface Caller {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** A signed-in user, from the access token and memory alone, without a query. */
export interface Principal extends Caller {
  readonly sessionId: string;
  /** The identifier of the access token. */
  readonly jti: string;
  /** When the user last authenticated (`auth_time`). */
  readonly authenticatedAt: Date;
  /** How strongly the user authenticated. */
  readonly acr: Acr;
  readonly expiresAt: Date;
  /** The claims of `@AccessTokenClaims()` providers, as signed. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The caller of a guarded handler. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  assertHttp(context);
  const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
  if (!user) throw new TypeError('@CurrentUser() is used on a @Public() handler, which has no user');
  return user;
});

const presentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | undefined =>
    context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>().user,
);

/**
 * The signed-in user of a `@Public()` handler; undefined for a request without an access token. A token that is not valid is refused as
 * on every other route. On a handler that is not public it stops the start: use `@CurrentUser()` there.
 */
export function OptionalUser(): ParameterDecorator {
  return (controller, name, index) => {
    presentUser()(controller, name, index);
    if (name === undefined) return;
    const handler = Object.getOwnPropertyDescriptor(controller, name);
    noteOptionalUser([controller, name, handler]);
  };
}
