import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { KnownPermissions } from './permissions';
import { policyOf } from './route-policy';

type Methods = Readonly<Record<string, object>>;

const MEND = 'leave it the method that it was decorated as';

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
    const faults = this.discovery
      .getControllers()
      .flatMap(({ metatype, instance }) => this.faultsOf(metatype as Type, instance as Methods | undefined));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  private faultsOf(controller: Type, instance: Methods | undefined): string[] {
    const prototype = controller.prototype as Methods;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      if (!handler) return [];
      const place = `${controller.name}.${name}`;
      // Nest would ask for what is noted of the function it finds there.
      const replaced = instance && instance[name] !== handler;
      return [
        ...(replaced
          ? [`${place} is replaced in the constructor, and with it what it requires.\n  → ${MEND}`]
          : []),
        ...this.faultsIn(place, controller, handler),
      ];
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
