import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  prototypeChainOf,
  setDecoratorMetadata,
  metadataTarget,
  type DecoratorTarget,
} from '../platform/extensions';
import { PUBLIC } from '../platform/http';
import { type Acr, ACRS } from './acr';

/** The strategy of access tokens, registered by the module `auth`. */
export const JWT = 'jwt';

const PERMISSIONS = Symbol('permissions');
const RECENT_SIGN_IN = Symbol('recent sign-in');
const CSRF_PROTECTED = Symbol('same site');
const STRATEGIES = Symbol('strategies');
const OPTIONAL_USER = Symbol('optional user');

/** Decides it by the request alone: its body and query are not validated yet. */
export type ActsOnCookies = (request: FastifyRequest) => boolean;

/** What the guards require of a request. The guards, the OpenAPI document and the access manifest read the same policy. */
export interface RoutePolicy {
  /** The handler requires no authentication. */
  readonly isPublic: boolean;
  /** The handler is public and receives the user where the request has an access token. */
  readonly optionalUser: boolean;
  /** The Passport strategies that authenticate the caller; none for a public handler without an optional user. */
  readonly strategies: readonly string[];
  /** The permissions of which the caller needs all. */
  readonly permissions: readonly string[];
  /** The caller must have authenticated within `RECENT_SIGN_IN_MINUTES`. */
  readonly recentSignIn: boolean;
  /** The level that a recent sign-in must have, of every user. */
  readonly acr: Acr;
  /** For a public handler with `@CsrfProtected()`: whether it acts on the cookies of a request, which must not come from another site. */
  readonly actsOnCookies: ActsOnCookies | undefined;
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
export const noteRecentSignIn = (place: DecoratorTarget, acr: Acr): void =>
  setDecoratorMetadata('@RequireRecentSignIn()', RECENT_SIGN_IN, acr, place);
export const noteOptionalUser = (place: DecoratorTarget): void =>
  setDecoratorMetadata('@OptionalUser()', OPTIONAL_USER, true, place);
export const noteCsrfProtected = (place: DecoratorTarget, actsOnCookies: ActsOnCookies): void =>
  setDecoratorMetadata('@CsrfProtected()', CSRF_PROTECTED, actsOnCookies, place);

function readPolicy(controller: Type, handler: object): RoutePolicy {
  const [classes, handlers] = [prototypeChainOf(controller), prototypeChainOf(handler)];
  const places = [...classes, ...handlers];
  // Own metadata only: a class that extends a public controller is not public itself.
  const levels = places.flatMap((target) => levelNotedOn(target) ?? []);
  const isPublic = [handler, controller].some((target) => isNoted(PUBLIC, target));
  const optionalUser = handlers.some((target) => isNoted(OPTIONAL_USER, target));
  return {
    isPublic,
    optionalUser,
    strategies:
      (nearest(STRATEGIES, [...handlers, ...classes]) as readonly string[] | undefined) ??
      (isPublic && !optionalUser ? [] : [JWT]),
    permissions: [...new Set(places.flatMap(ownPermissions))],
    recentSignIn: levels.length > 0,
    acr: ACRS.findLast((acr) => levels.includes(acr)) ?? 'aal1',
    actsOnCookies: nearest(CSRF_PROTECTED, handlers) as ActsOnCookies | undefined,
  };
}

/** The value of the nearest decorator. */
function nearest(key: symbol, places: readonly object[]): unknown {
  const found = places.map((place): unknown => Reflect.getOwnMetadata(key, place));
  return found.find((value) => value !== undefined);
}

function levelNotedOn(target: object): Acr | undefined {
  return Reflect.getOwnMetadata(RECENT_SIGN_IN, target) as Acr | undefined;
}

function isNoted(key: symbol, target: object): boolean {
  return Reflect.getOwnMetadata(key, target) === true;
}

function ownPermissions(target: object): readonly string[] {
  return (Reflect.getOwnMetadata(PERMISSIONS, target) as readonly string[] | undefined) ?? [];
}
