import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { assertHttp } from './non-http-handlers';
import type { Principal } from './principal';

/** The caller of a guarded handler. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  assertHttp(context);
  const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
  if (!user) throw new TypeError('@CurrentUser() stands on a handler that is @Public(): there is no user');
  return user;
});
