import { type INestApplication, RequestMethod, type Type, type VersioningOptions } from '@nestjs/common';
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
import { isSafe, policyOf } from './access';
import { type Budget, budgetsOf } from './platform/attempts';

/** Who may use a route, and how. */
export interface RouteAccess {
  /** `Controller.method`. */
  readonly handler: string;
  readonly caller: 'anybody' | 'signed in';
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

/** By method and path, `GET /v1/users/{id}`, in alphabetical order. HEAD goes with GET. */
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
    const addresses = addressesOf(route, paths, config.getVersioning());
    return methodsOf(route.handler).flatMap((method) =>
      addresses.map((path): [string, RouteAccess] => [
        `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
        accessTo(route, method),
      ]),
    );
  });
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

function methodsOf(handler: object): readonly string[] {
  const method = read(METHOD_METADATA, handler) as RequestMethod;
  return method === RequestMethod.ALL ? ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] : [RequestMethod[method]];
}

function addressesOf(
  { controller, handler, modulePath }: Route,
  paths: RoutePathFactory,
  versioningOptions: VersioningOptions | undefined,
): string[] {
  const metadata = {
    modulePath,
    controllerVersion: read(VERSION_METADATA, controller) as string | undefined,
    methodVersion: read(VERSION_METADATA, handler) as string | undefined,
    versioningOptions,
  };
  return pathsOf(controller).flatMap((ctrlPath) =>
    pathsOf(handler).flatMap((methodPath) => paths.create({ ...metadata, ctrlPath, methodPath })),
  );
}

function accessTo({ controller, handler, name }: Route, method: string): RouteAccess {
  const { isPublic, permissions, recentSignIn, checksSite } = policyOf(controller, handler);
  const guards = [controller, handler].flatMap((target) => (read(GUARDS_METADATA, target) ?? []) as Type[]);
  const headers = (read(HEADERS_METADATA, handler) ?? []) as {
    name: string;
    value: string | (() => string);
  }[];
  return {
    handler: `${controller.name}.${name}`,
    caller: isPublic ? 'anybody' : 'signed in',
    permissions,
    recentSignIn,
    guards: guards.map((guard) => guard.name),
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
