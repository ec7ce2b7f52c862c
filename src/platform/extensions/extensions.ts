import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** Stands on the class of a provider, and on nothing else. */
export interface ExtensionDecorator<Options> {
  (...options: undefined extends Options ? [options?: Options] : [options: Options]): ClassDecorator;
  readonly KEY: string;
}

/** Makes a decorator by which a provider adds itself, with what it has to say of itself. */
export function extensionDecorator<Options>(): ExtensionDecorator<Options> {
  return DiscoveryService.createDecorator<Options>();
}

/** A provider that added itself by a decorator. */
export interface Extension<Options, Provider> {
  /** Of its class, for messages. */
  readonly name: string;
  readonly options: Options;
  readonly provider: Provider;
}

/** What Nest knows of a provider. */
interface Wrapper {
  readonly metatype: unknown;
  readonly instance?: unknown;
}

/** Discovers the providers that carry an extension decorator: once for each decorator, since Nest adds none after the start. */
@Injectable()
export class Extensions {
  private readonly found = new Map<string, readonly Extension<unknown, unknown>[]>();

  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * To be called once all providers are made: in `onModuleInit` or later.
   *
   * @param decorator made by `extensionDecorator`
   * @returns every provider on whose class, or a class that it extends, it stands; in no order
   * @throws Error where one would not be asked: it is a controller, or is made for each request
   */
  of<Provider extends object, Options>(
    decorator: ExtensionDecorator<Options>,
  ): readonly Extension<Options, Provider>[] {
    const known = this.found.get(decorator.KEY) ?? this.discover(decorator);
    this.found.set(decorator.KEY, known);
    return known as readonly Extension<Options, Provider>[];
  }

  private discover<Options>(decorator: ExtensionDecorator<Options>): readonly Extension<Options, unknown>[] {
    const optionsOf = ({ metatype, instance }: Wrapper): Options | undefined => {
      const type = typeof instance === 'object' && instance !== null ? instance.constructor : metatype;
      return typeof type === 'function' ? (Reflect.getMetadata(decorator.KEY, type) as Options) : undefined;
    };
    const controller = this.discovery.getControllers().find((wrapper) => optionsOf(wrapper));
    if (controller)
      throw new Error(`${controller.name} is a controller, and would not be asked.\n  → decorate a provider`);
    const found = new Map<unknown, Extension<Options, unknown>>();
    for (const wrapper of this.discovery.getProviders()) {
      const options = optionsOf(wrapper);
      if (!options) continue;
      if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient)
        throw new Error(
          `${wrapper.name} is made for each request or injection, and would not be asked.\n  → leave it the default scope`,
        );
      const { instance } = wrapper as { readonly instance: unknown };
      found.set(instance, { name: String(wrapper.name), options, provider: instance });
    }
    return [...found.values()];
  }
}
