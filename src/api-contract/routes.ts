import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

interface Handled {
  readonly controller: Type;
  readonly handler: object;
  /** Of the handler. */
  readonly name: string;
}

/** An address, and the handler that answers there. */
export interface HandledRoute extends Handled {
  /** Method and path: `GET /v1/users/{id}`. HEAD goes with GET, and `@All()` is `ALL`. */
  readonly address: string;
  readonly method: string;
}

interface Declared extends Handled {
  /** Where `RouterModule` has put it. */
  readonly modulePath: string | undefined;
}

/**
 * Every route that a controller declares. Needs no provider: a preview will do.
 * @throws where two handlers have one address
 */
export function routesOf(app: INestApplication): HandledRoute[] {
  const config = app.get(ApplicationConfig);
  const paths = new RoutePathFactory(config);
  const routes = declaredIn(app.get(ModulesContainer)).flatMap((declared): HandledRoute[] => {
    const requestMethod = read(METHOD_METADATA, declared.handler) as RequestMethod;
    const method = RequestMethod[requestMethod];
    return addressesOf(declared, requestMethod, paths, config).map((path) => ({
      ...declared,
      method,
      address: `${method} ${asInDocument(path)}`,
    }));
  });
  const twice = routes.find(
    ({ address }, index) => routes.findIndex((other) => other.address === address) < index,
  );
  if (twice)
    throw new Error(
      `${twice.address} has two handlers; one of them is ${twice.controller.name}.${twice.name}`,
    );
  return routes;
}

function declaredIn(modules: ModulesContainer): Declared[] {
  const scanner = new MetadataScanner();
  return [...modules.values()].flatMap(({ metatype, controllers }) => {
    const modulePath = (read(MODULE_PATH + modules.applicationId, metatype) ??
      read(MODULE_PATH, metatype)) as string | undefined;
    return [...controllers.values()].flatMap((wrapper) => {
      const controller = wrapper.metatype as Type;
      const prototype = controller.prototype as Readonly<Record<string, object>>;
      return scanner.getAllMethodNames(prototype).flatMap((name): Declared[] => {
        const handler = prototype[name];
        const isRoute = handler !== undefined && read(PATH_METADATA, handler) !== undefined;
        return isRoute ? [{ controller, handler, name, modulePath }] : [];
      });
    });
  });
}

function addressesOf(
  { controller, handler, modulePath }: Declared,
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

function pathsOf(target: object): string[] {
  return [(read(PATH_METADATA, target) ?? '') as string | string[]].flat();
}

function read(key: string, target: object): unknown {
  return Reflect.getMetadata(key, target);
}

/** A path as OpenAPI writes it: `:id` is a parameter, and so is the rest of it, `*`. */
function asInDocument(path: string): string {
  return path.replace(/:(\w+)(\([^)]*\))?/g, '{$1}').replace(/\*$/, '{path}');
}
