import {
  Injectable,
  type NestInterceptor,
  type OnModuleInit,
  RequestMethod,
  type Type,
} from '@nestjs/common';
import { INTERCEPTORS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { bodyFaultsOf } from './body-faults';
import { acceptBodies } from './body-parsers';
import { bodyDeclarationsOf, type BodyPolicy, bodyPolicyOf } from './body-policy';
import { delayContinue, discardRest, multipartInterceptor, registerMultipart } from './multipart';

interface Handled {
  readonly controller: Type;
  readonly name: string;
  readonly handler: object;
}

const NO_BYTES = Buffer.alloc(0);

/** Gives each route the body that its handler declares, and stops the start where no request could meet a declaration. */
@Injectable()
export class RequestBodies implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Must be called before the first route is registered. */
  accept(fastify: FastifyInstance): void {
    const policies = this.handlers().flatMap((handled) => this.declare(handled) ?? []);
    const takesForms = policies.some(({ multipart }) => multipart);
    acceptBodies(fastify, takesForms ? registerMultipart(fastify) : undefined);
    if (takesForms) delayContinue(fastify);
    if (policies.length > 0) fastify.addHook('onRoute', applyPolicy);
  }

  /** @throws Error that names each such handler and what to do */
  onModuleInit(): void {
    const faults = this.handlers().flatMap((handled) => faultsOf(handled));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  private handlers(): Handled[] {
    const controllers = new Set(this.discovery.getControllers().map(({ metatype }) => metatype as Type));
    return [...controllers].flatMap((controller) => {
      const prototype = controller.prototype as Readonly<Record<string, object>>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        const isRoute = handler && Reflect.hasMetadata(PATH_METADATA, handler);
        return isRoute ? [{ controller, name, handler }] : [];
      });
    });
  }

  /** Passes the policy on to Fastify's route, in the metadata that Nest's adapter reads. */
  private declare(handled: Handled): BodyPolicy | undefined {
    const { controller, name, handler } = handled;
    const policy = bodyPolicyOf(controller, name);
    // The start stops later, with a message.
    if (!policy || faultsOf(handled).length > 0) return undefined;
    extend(FASTIFY_ROUTE_CONFIG_METADATA, handler, (config: object = {}) => ({
      ...config,
      bodyPolicy: policy,
    }));
    // The last one, so that nothing of the body is read before another interceptor has refused.
    if (policy.multipart)
      extend(INTERCEPTORS_METADATA, handler, (others: readonly (NestInterceptor | Type)[] = []) => [
        ...others.filter((other) => other !== multipartInterceptor),
        multipartInterceptor,
      ]);
    return policy;
  }
}

function faultsOf({ controller, name, handler }: Handled): string[] {
  const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
  return bodyFaultsOf(bodyDeclarationsOf(controller, name), method).map(
    (fault) => `${controller.name}.${name} ${fault}`,
  );
}

function extend<Value>(key: string, handler: object, change: (value: Value | undefined) => Value): void {
  Reflect.defineMetadata(key, change(Reflect.getMetadata(key, handler) as Value | undefined), handler);
}

function applyPolicy(route: RouteOptions): void {
  const policy = route.config?.bodyPolicy;
  if (!policy) return;
  // A form is not collected, so a body of another type must not be either.
  if (policy.multipart) route.onResponse = [...[route.onResponse ?? []].flat(), discardRest];
  else route.bodyLimit = policy.bytes;
  if (policy.raw)
    route.preValidation = [
      ...[route.preValidation ?? []].flat(),
      (request, _reply, done) => {
        const { rawBody = NO_BYTES } = request as { rawBody?: Buffer };
        Object.assign(request, { rawBody });
        done();
      },
    ];
}
