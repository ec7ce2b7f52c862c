import type { INestApplication } from '@nestjs/common';
import { GUARDS_METADATA, HEADERS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { type Acr, type DescribedStrategy, describedStrategyOf, isSafe, policyOf } from '../access';
import { type RateLimitPolicy, rateLimitPoliciesOf } from '../platform/rate-limits';
import { bodyPolicyOf } from '../platform/http';
import { bodyInWords } from './body-words';
import { type HandledRoute, routesOf } from './routes';

/** Who may use a route, and how. */
export interface RouteAccess {
  /** `Controller.method`. */
  readonly handler: string;
  readonly caller: 'anybody' | 'anybody, with an optional user' | 'signed in';
  /** The Passport strategies that may say who it is; `jwt` stands for our access tokens. */
  readonly strategies: readonly string[];
  /** What the caller must have all of. */
  readonly permissions: readonly string[];
  readonly recentSignIn: boolean;
  /** The level that it must have, where not every sign-in suffices. */
  readonly acr?: Acr;
  /** Guards of its own, after those that every route has. */
  readonly guards: readonly string[];
  /** How often, where more is refused. */
  readonly limits: readonly string[];
  /** A request that a page of another site makes with the user's cookies. */
  readonly crossSite: 'changes nothing' | 'refused' | 'has no cookies read';
  /** `Cache-Control` of an answer that is no problem. */
  readonly cache: string;
  /** What its body may be, where that is not JSON of 64 KiB. */
  readonly body?: string;
}

/** By method and path, `GET /v1/users/{id}`, in alphabetical order. HEAD goes with GET, and `@All()` is `ALL`. */
export type AccessManifest = Readonly<Record<string, RouteAccess>>;

/** The effective policy of every route, from the metadata that the guards use. Needs no provider, so a preview suffices. */
export function describeAccess(app: INestApplication): AccessManifest {
  const routes = routesOf(app).toSorted((one, other) => (one.address < other.address ? -1 : 1));
  return Object.fromEntries(routes.map((route) => [route.address, accessTo(route)]));
}

export function accessTo({ controller, handler, name, method }: HandledRoute): RouteAccess {
  const body = bodyPolicyOf(controller, name);
  const { isPublic, optionalUser, strategies, permissions, recentSignIn, acr, actsOnCookies } = policyOf(
    controller,
    handler,
  );
  const guards = [controller, handler].flatMap((target) => (read(GUARDS_METADATA, target) ?? []) as object[]);
  const headers = (read(HEADERS_METADATA, handler) ?? []) as {
    name: string;
    value: string | (() => string);
  }[];
  return {
    handler: `${controller.name}.${name}`,
    caller: !isPublic ? 'signed in' : optionalUser ? 'anybody, with an optional user' : 'anybody',
    strategies,
    permissions,
    recentSignIn,
    ...(acr !== 'aal1' && { acr }),
    guards: guards.map(nameOf),
    limits: rateLimitPoliciesOf(handler).map(wordsOf),
    crossSite: isSafe(method)
      ? 'changes nothing'
      : isPublic && !optionalUser && !actsOnCookies
        ? 'has no cookies read'
        : 'refused',
    cache:
      valueOf(headers.find((header) => header.name.toLowerCase() === 'cache-control')?.value) ?? 'no-store',
    ...(body && { body: bodyInWords(body) }),
  };
}

/** The strategies that modules bring along, with what they say of how a client uses them. */
export function describedStrategies(app: INestApplication): DescribedStrategy[] {
  return providersOf(app).flatMap((provider) => describedStrategyOf(provider) ?? []);
}

/** The classes of the providers of every module. Needs no instance of them: a preview will do. */
export function providersOf(app: INestApplication): readonly object[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules.flatMap(({ providers }) =>
    [...providers.values()].flatMap(({ metatype }) => metatype ?? []),
  );
}

/** What `AuthGuard('…')` makes has a name by chance, another one at each start. */
const BY_CHANCE = /^[0-9a-f]{21}$/;

function nameOf(guard: object): string {
  const { name } = typeof guard === 'function' ? guard : guard.constructor;
  return BY_CHANCE.test(name) ? 'a guard without a name' : name;
}

function valueOf(value: string | (() => string) | undefined): string | undefined {
  return typeof value === 'function' ? value() : value;
}

function wordsOf({ name, per, quota, windowSeconds }: RateLimitPolicy): string {
  return `${name}: ${quota} per ${per} in ${windowSeconds} s`;
}

function read(key: string, target: object): unknown {
  return Reflect.getMetadata(key, target);
}
