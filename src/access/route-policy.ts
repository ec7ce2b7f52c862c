import type { Type } from '@nestjs/common';
import {
  prototypeChainOf,
  setDecoratorMetadata,
  metadataTarget,
  type DecoratorTarget,
} from '../platform/extensions';
import { PUBLIC } from '../platform/http';

/** The strategy of our access tokens, registered by `auth`. */
export const JWT = 'jwt';

const PERMISSIONS = Symbol('permissions');
const RECENT_SIGN_IN = Symbol('recent sign-in');
const CSRF_PROTECTED = Symbol('same site');
const STRATEGIES = Symbol('strategies');

/** What the doors ask of a request before its handler is called. They, the document and the manifest all read it here. */
export interface RoutePolicy {
  /** Nobody has to say who they are. */
  readonly isPublic: boolean;
  /** The Passport strategies that may say who is calling; none where nobody has to. */
  readonly strategies: readonly string[];
  /** What the caller must have all of. */
  readonly permissions: readonly string[];
  /** The caller proved who they are within `RECENT_SIGN_IN_MINUTES`. */
  readonly recentSignIn: boolean;
  /** A public handler that acts on cookies, and so asks itself which site a request comes from. */
  readonly csrfProtected: boolean;
}

const known = new WeakMap<object, WeakMap<object, RoutePolicy>>();

/** @param handler the method itself; @param controller the class it is called on, which may have inherited it */
export function policyOf(controller: Type, handler: object): RoutePolicy {
  const byClass = known.get(handler) ?? new WeakMap<object, RoutePolicy>();
  known.set(handler, byClass);
  const policy = byClass.get(controller) ?? readPolicy(controller, handler);
  byClass.set(controller, policy);
  return policy;
}

export const notePermissions = (place: DecoratorTarget, permissions: readonly string[]): void =>
  setDecoratorMetadata(
    '@RequirePermissions()',
    PERMISSIONS,
    [...ownPermissions(metadataTarget(place)), ...permissions],
    place,
  );
export const noteStrategies = (place: DecoratorTarget, strategies: readonly string[]): void =>
  setDecoratorMetadata('@AuthenticatedBy()', STRATEGIES, strategies, place);
export const noteRecentSignIn = (place: DecoratorTarget): void =>
  setDecoratorMetadata('@RequireRecentSignIn()', RECENT_SIGN_IN, true, place);
export const noteCsrfProtected = (place: DecoratorTarget): void =>
  setDecoratorMetadata('@CsrfProtected()', CSRF_PROTECTED, true, place);

function readPolicy(controller: Type, handler: object): RoutePolicy {
  const [classes, handlers] = [prototypeChainOf(controller), prototypeChainOf(handler)];
  const places = [...classes, ...handlers];
  // Own metadata only: a class that extends a public controller has not said so of its own handlers.
  const isPublic = [handler, controller].some((target) => isNoted(PUBLIC, target));
  return {
    isPublic,
    strategies: strategiesIn([...handlers, ...classes]) ?? (isPublic ? [] : [JWT]),
    permissions: [...new Set(places.flatMap(ownPermissions))],
    recentSignIn: places.some((target) => isNoted(RECENT_SIGN_IN, target)),
    csrfProtected: handlers.some((target) => isNoted(CSRF_PROTECTED, target)),
  };
}

/** What stands nearest says by what; nobody else is asked. */
function strategiesIn(places: readonly object[]): readonly string[] | undefined {
  const found = places.map((place) => Reflect.getOwnMetadata(STRATEGIES, place) as string[] | undefined);
  return found.find((strategies) => strategies !== undefined);
}

function isNoted(key: symbol, target: object): boolean {
  return Reflect.getOwnMetadata(key, target) === true;
}

function ownPermissions(target: object): readonly string[] {
  return (Reflect.getOwnMetadata(PERMISSIONS, target) as readonly string[] | undefined) ?? [];
}
