import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { KnownPermissions } from './permissions';
import { policyOf } from './route-policy';

/** Keeps an application from starting whose handlers ask for what cannot be meant. */
@Injectable()
export class RoutePolicies implements OnModuleInit {
  constructor(
    private readonly known: KnownPermissions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws Error that names each such handler, and says what to do */
  onModuleInit(): void {
    const faults = this.discovery.getControllers().flatMap(({ metatype }) => this.faultsOf(metatype as Type));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  private faultsOf(controller: Type): string[] {
    const prototype = controller.prototype as Readonly<Record<string, object>>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      return handler ? this.faultsIn(`${controller.name}.${name}`, controller, handler) : [];
    });
  }

  private faultsIn(place: string, controller: Type, handler: object): string[] {
    const { isPublic, permissions, recentSignIn } = policyOf(controller, handler);
    const unknown = permissions.filter((permission) => !this.known.has(permission));
    const asked = [
      ...(permissions.length > 0 ? ['a permission'] : []),
      ...(recentSignIn ? ['a recent sign-in'] : []),
    ];
    return [
      ...unknown.map(
        (permission) =>
          `${place} requires the permission "${permission}", which no module declares.\n  → imports: [PermissionsModule.of({ '${permission}': 'what it lets people do' })]`,
      ),
      ...(isPublic ? asked : []).map(
        (what) =>
          `${place} requires ${what} and is @Public(): nobody is known there.\n  → take away the one or the other`,
      ),
    ];
  }
}
