import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EventBus } from '../platform/events';
import type { DecoratorTarget } from '../platform/extensions';
import { InsufficientPermission } from './access.errors';
import { AccessDenied } from './access.events';
import type { Permission } from './permissions';
import type { Caller, Principal } from './principal';
import { notePermissions, policyOf } from './route-policy';

/**
 * Requires all of these permissions. The permissions of a class and of its handler add up.
 * @param permissions declared with `PermissionsModule.of`; an undeclared one stops the start
 */
export function RequirePermissions(
  ...permissions: [Permission, ...Permission[]]
): ClassDecorator & MethodDecorator {
  return (...place: DecoratorTarget): void => notePermissions(place, permissions);
}

/** Enforces `@RequirePermissions()` from memory, after `JwtAuthGuard`. */
@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(private readonly events: EventBus) {}

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    const { permissions } = policyOf(context.getClass(), context.getHandler());
    if (permissions.length === 0) return true;
    const { user } = context
      .switchToHttp()
      .getRequest<FastifyRequest & { user?: Caller & Partial<Principal> }>();
    const missing = permissions.filter((permission) => !user?.permissions.includes(permission));
    return missing.length === 0 || this.refuse(user, missing);
  }

  private async refuse(user: Partial<Principal> | undefined, missing: readonly string[]): Promise<never> {
    await this.events.publish(new AccessDenied({ sessionId: user?.sessionId, details: { missing } }));
    throw new InsufficientPermission(missing);
  }
}
