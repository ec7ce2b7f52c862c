import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** A class decorator for providers. */
export interface ExtensionDecorator<Options> {
  (...options: undefined extends Options ? [options?: Options] : [options: Options]): ClassDecorator;
  readonly KEY: string;
}

/** Creates a decorator by which a provider registers itself, with its options. */
export function extensionDecorator<Options>(): ExtensionDecorator<Options> {
  return DiscoveryService.createDecorator<Options>();
}

/** A provider that registered itself by a decorator. */
export interface Extension<Options, Provider> {
  /** The name of its class, for messages. */
  readonly name: string;
  readonly options: Options;
  readonly provider: Provider;
}

interface DiscoveredClasses {
  readonly controllers: ReturnType<DiscoveryService['getControllers']>;
  readonly providers: ReturnType<DiscoveryService['getProviders']>;
}

type Wrapper = DiscoveredClasses['providers'][number];

/** Finds the providers that carry an extension decorator. The modules are walked once, since Nest adds no provider after the start. */
@Injectable()
export class Extensions implements OnModuleInit {
  private discovered: DiscoveredClasses | undefined;
  private readonly found = new Map<string, readonly Extension<unknown, unknown>[]>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    this.discover();
  }

  /**
   * Must be called in `onModuleInit` or later, when all providers exist.
   *
   * @param decorator created by `extensionDecorator`
   * @returns every provider whose class, or a class it extends, carries the decorator; in no particular order
   * @throws Error where one would never be called: a controller, or a provider that is not a singleton
   */
  of<Provider extends object, Options>(
    decorator: ExtensionDecorator<Options>,
  ): readonly Extension<Options, Provider>[] {
    const known = this.found.get(decorator.KEY) ?? this.find(decorator);
    this.found.set(decorator.KEY, known);
    return known as readonly Extension<Options, Provider>[];
  }

  private discover(): DiscoveredClasses {
    return (this.discovered ??= {
      controllers: this.discovery.getControllers(),
      providers: this.discovery.getProviders(),
    });
  }

  private find<Options>(decorator: ExtensionDecorator<Options>): readonly Extension<Options, unknown>[] {
    const { controllers, providers } = this.discover();
    const optionsOf = ({ metatype, instance }: Wrapper): Options | undefined => {
      const provider: unknown = instance;
      const type = typeof provider === 'object' && provider !== null ? provider.constructor : metatype;
      return typeof type === 'function' ? (Reflect.getMetadata(decorator.KEY, type) as Options) : undefined;
    };
    const controller = controllers.find((wrapper) => optionsOf(wrapper));
    if (controller)
      throw new Error(`${controller.name} is a controller and would not be called.\n  → decorate a provider`);
    const found = new Map<unknown, Extension<Options, unknown>>();
    for (const wrapper of providers) {
      const options = optionsOf(wrapper);
      if (!options) continue;
      if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient)
        throw new Error(
          `${wrapper.name} is created per request or injection and would not be called.\n  → use the default scope`,
        );
      const { instance } = wrapper as { readonly instance: unknown };
      found.set(instance, { name: String(wrapper.name), options, provider: instance });
    }
    return [...found.values()];
  }
}
