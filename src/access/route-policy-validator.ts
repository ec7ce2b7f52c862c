import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { KnownPermissions } from './permissions';
import { JWT, policyOf, type RoutePolicy } from './route-policy';
import { PassportStrategies } from './passport-strategies';

type Methods = Readonly<Record<string, object>>;

/** Stops the start at handlers whose decorators contradict each other or name something unknown. */
@Injectable()
export class RoutePolicyValidator implements OnModuleInit {
  constructor(
    private readonly known: KnownPermissions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly strategies: PassportStrategies,
  ) {}

  /** @throws Error that names each such handler and what to do */
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
      // Nest would read the metadata of the function that replaced the method.
      const replaced = instance && instance[name] !== handler;
      const policy = policyOf(controller, handler);
      const faults = [
        ...(replaced ? [REPLACED] : []),
        ...policy.permissions.filter((word) => !this.known.has(word)).map(undeclared),
        ...policy.strategies
          .filter((strategy) => strategy !== JWT && !this.strategies.has(strategy))
          .map(unregistered),
        ...contradictionsIn(policy),
      ];
      return faults.map((fault) => `${controller.name}.${name} ${fault}`);
    });
  }
}

const REPLACED = 'is replaced in the constructor, so its decorators are lost.\n  → keep the decorated method';

function undeclared(word: string): string {
  return `requires the permission "${word}", which no module declares.\n  → imports: [PermissionsModule.of({ '${word}': 'its description' })]`;
}

function unregistered(strategy: string): string {
  return `is @AuthenticatedBy('${strategy}'), and no provider has that strategy.\n  → providers: [TheStrategy], with @DescribesStrategy('${strategy}', …) on class TheStrategy extends PassportStrategy(…, '${strategy}')`;
}

const NOT_PUBLIC =
  'takes an @OptionalUser() and is not @Public(), so it always has a user.\n  → use @CurrentUser(), or add @Public()';

function contradictionsIn({
  isPublic,
  optionalUser,
  permissions,
  recentSignIn,
  strategies,
}: RoutePolicy): string[] {
  const authenticates = optionalUser
    ? strategies.some((strategy) => strategy !== JWT)
    : strategies.length > 0;
  const asked = [
    ...(permissions.length > 0 ? ['requires a permission'] : []),
    ...(recentSignIn ? ['requires a recent sign-in'] : []),
    ...(isPublic && authenticates ? ['is @AuthenticatedBy()'] : []),
  ];
  const withoutSignIn = recentSignIn && !isPublic && !strategies.includes(JWT);
  return [
    ...(isPublic ? asked : []).map(
      (what) => `${what} and is @Public(), which has no caller.\n  → remove one of the two`,
    ),
    ...(optionalUser && !isPublic ? [NOT_PUBLIC] : []),
    ...(withoutSignIn
      ? [
          `requires a recent sign-in and is authenticated by ${strategies.join(', ')} alone, which has no sign-in.\n  → remove one of the two`,
        ]
      : []),
  ];
}
