import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Events } from '../platform/events';
import { ApiProblems } from '../platform/http';
import { InsufficientPermission } from './access.errors';
import { AccessDenied } from './access.events';
import { isOpen } from './jwt-auth.guard';
import { KnownPermissions, type Permission } from './permissions';
import type { Principal } from './principal';

const PERMISSIONS = Symbol('permissions');

/**
 * For those only who have all of these permissions. What stands on a class and what stands on its handlers adds up.
 * @param permissions declared by a module with `PermissionsModule.of`, or the application does not start
 */
export function RequirePermissions(
  ...permissions: [Permission, ...Permission[]]
): ReturnType<typeof applyDecorators> {
  const note = (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const noted = (descriptor?.value as object | undefined) ?? target;
    Reflect.defineMetadata(PERMISSIONS, [...ownOf(noted), ...permissions], noted);
  };
  return applyDecorators(note, ApiProblems(InsufficientPermission));
}

/** What a handler asks for, together with its class and those that class extends. */
export function permissionsFor(controller: Type, handler: object): readonly string[] {
  const classes: object[] = [];
  for (
    let each: object | null = controller;
    typeof each === 'function';
    each = Object.getPrototypeOf(each) as object
  )
    classes.push(each);
  return [...new Set([...classes, handler].flatMap(ownOf))];
}

function ownOf(target: object): readonly string[] {
  return (Reflect.getOwnMetadata(PERMISSIONS, target) as readonly string[] | undefined) ?? [];
}

/** May you? Comes after the guard that says who; compares with what is in memory. */
@Injectable()
export class PermissionsGuard implements CanActivate, OnModuleInit {
  /** By the handler, then by the class it is called on. */
  private readonly required = new WeakMap<object, WeakMap<object, readonly string[]>>();

  constructor(
    private readonly known: KnownPermissions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly events: Events,
  ) {}

  /** @throws Error where a handler asks for what nobody can have, or what cannot be asked of anybody */
  onModuleInit(): void {
    const faults = this.discovery.getControllers().flatMap(({ metatype }) => this.faultsOf(metatype as Type));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    const required = this.requiredBy(context.getClass(), context.getHandler());
    if (required.length === 0) return true;
    const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    const missing = required.filter((permission) => !user?.permissions.includes(permission));
    return missing.length === 0 || this.refuse(user, missing);
  }

  private async refuse(user: Principal | undefined, missing: readonly string[]): Promise<never> {
    await this.events.publish(new AccessDenied({ sessionId: user?.sessionId, details: { missing } }));
    throw new InsufficientPermission(missing);
  }

  private requiredBy(controller: Type, handler: object): readonly string[] {
    const byClass = this.required.get(handler) ?? new WeakMap<object, readonly string[]>();
    this.required.set(handler, byClass);
    const required = byClass.get(controller) ?? permissionsFor(controller, handler);
    byClass.set(controller, required);
    return required;
  }

  private faultsOf(controller: Type): string[] {
    const prototype = controller.prototype as Readonly<Record<string, object>>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const required = handler ? permissionsFor(controller, handler) : [];
      const place = `${controller.name}.${name}`;
      const unknown = required.filter((permission) => !this.known.has(permission));
      return [
        ...unknown.map(
          (permission) =>
            `${place} requires the permission "${permission}", which no module declares.\n  → imports: [PermissionsModule.of({ '${permission}': 'what it lets people do' })]`,
        ),
        ...(handler && required.length > 0 && isOpen(controller, handler)
          ? [`${place} requires a permission and is @Public(): nobody is known there.`]
          : []),
      ];
    });
  }
}
