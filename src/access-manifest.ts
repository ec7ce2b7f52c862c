import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  HEADERS_METADATA,
  METHOD_METADATA,
  MODULE_PATH,
  PATH_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { type DescribedStrategy, describedStrategyOf, isSafe, policyOf } from './access';
import { type Budget, budgetsOf } from './platform/attempts';

/** Who may use a route, and how. */
export interface RouteAccess {
  /** `Controller.method`. */
  readonly handler: string;
  readonly caller: 'anybody' | 'signed in';
  /** The Passport strategies that may say who it is; `jwt` stands for our access tokens. */
  readonly strategies: readonly string[];
  /** What the caller must have all of. */
  readonly permissions: readonly string[];
  readonly recentSignIn: boolean;
  /** Guards of its own, after those that every route has. */
  readonly guards: readonly string[];
  /** How often, where more is refused. */
  readonly limits: readonly string[];
  /** A request that a page of another site makes with the user's cookies. */
  readonly crossSite: 'changes nothing' | 'refused' | 'has no cookies read';
  /** `Cache-Control` of an answer that is no problem. */
  readonly cache: string;
}

/** By method and path, `GET /v1/users/{id}`, in alphabetical order. HEAD goes with GET, and `@All()` is `ALL`. */
export type AccessManifest = Readonly<Record<string, RouteAccess>>;

interface Route {
  readonly controller: Type;
  readonly handler: object;
  readonly name: string;
  /** Where `RouterModule` has put it. */
  readonly modulePath: string | undefined;
}

/** The effective policy of every route, from the data that the doors decide by. Needs no provider: a preview will do. */
export function describeAccess(app: INestApplication): AccessManifest {
  const config = app.get(ApplicationConfig);
  const paths = new RoutePathFactory(config);
  const entries = routesIn(app.get(ModulesContainer)).flatMap((route): [string, RouteAccess][] => {
    const requestMethod = read(METHOD_METADATA, route.handler) as RequestMethod;
    const method = RequestMethod[requestMethod];
    return addressesOf(route, requestMethod, paths, config).map((path) => [
      `${method} ${path.replace(/:(\w+)(\([^)]*\))?/g, '{$1}')}`,
      accessTo(route, method),
    ]);
  });
  const twice = entries.find(([route], index) => entries.findIndex(([other]) => other === route) < index);
  if (twice) throw new Error(`${twice[0]} has two handlers; one of them is ${twice[1].handler}`);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function routesIn(modules: ModulesContainer): Route[] {
  const scanner = new MetadataScanner();
  return [...modules.values()].flatMap(({ metatype, controllers }) => {
    const modulePath = (read(MODULE_PATH + modules.applicationId, metatype) ??
      read(MODULE_PATH, metatype)) as string | undefined;
    return [...controllers.values()].flatMap((wrapper) => {
      const controller = wrapper.metatype as Type;
      const prototype = controller.prototype as Readonly<Record<string, object>>;
      return scanner.getAllMethodNames(prototype).flatMap((name): Route[] => {
        const handler = prototype[name];
        const isRoute = handler !== undefined && read(PATH_METADATA, handler) !== undefined;
        return isRoute ? [{ controller, handler, name, modulePath }] : [];
      });
    });
  });
}

function addressesOf(
  { controller, handler, modulePath }: Route,
  requestMethod: RequestMethod,
  paths: RoutePathFactory,
  config: ApplicationConfig,
): string[] {
  const versioningOptions = config.getVersioning();
  const metadata = {
    modulePath,
    globalPrefix: config.getGlobalPrefix(),
    controllerVersion: (read(VERSION_METADATA, controller) ?? versioningOptions?.defaultVersion) as string,
    methodVersion: read(VERSION_METADATA, handler) as string | undefined,
    versioningOptions,
  };
  return pathsOf(controller).flatMap((ctrlPath) =>
    pathsOf(handler).flatMap((methodPath) =>
      paths.create({ ...metadata, ctrlPath, methodPath }, requestMethod),
    ),
  );
}

function accessTo({ controller, handler, name }: Route, method: string): RouteAccess {
  const { isPublic, strategies, permissions, recentSignIn, checksSite } = policyOf(controller, handler);
  const guards = [controller, handler].flatMap((target) => (read(GUARDS_METADATA, target) ?? []) as object[]);
  const headers = (read(HEADERS_METADATA, handler) ?? []) as {
    name: string;
    value: string | (() => string);
  }[];
  return {
    handler: `${controller.name}.${name}`,
    caller: isPublic ? 'anybody' : 'signed in',
    strategies,
    permissions,
    recentSignIn,
    guards: guards.map(nameOf),
    limits: budgetsOf(handler).map(wordsOf),
    crossSite: isSafe(method)
      ? 'changes nothing'
      : isPublic && !checksSite
        ? 'has no cookies read'
        : 'refused',
    cache:
      valueOf(headers.find((header) => header.name.toLowerCase() === 'cache-control')?.value) ?? 'no-store',
  };
}

/** The strategies that routes name, with what the modules say of how a client uses them. */
export function describedStrategies(app: INestApplication): DescribedStrategy[] {
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.providers.values(),
  ]);
  return providers.flatMap(({ metatype }) => (metatype && describedStrategyOf(metatype)) ?? []);
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

function wordsOf({ name, per, quota, windowSeconds }: Budget): string {
  return `${name}: ${quota} per ${per} in ${windowSeconds} s`;
}

function pathsOf(target: object): string[] {
  return [(read(PATH_METADATA, target) ?? '') as string | string[]].flat();
}

function read(key: string, target: object): unknown {
  return Reflect.getMetadata(key, target);
}
