import { type ExecutionContext, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

// Metadata keys of @nestjs/microservices, @nestjs/websockets, @nestjs/graphql and @nestjs/common.
const HANDLER_KEYS = ['microservices:pattern', 'websockets:message_mapping', 'graphql:resolver_type'];
const GUARDS_KEY = '__guards__';

/** A global guard was applied to a handler of another transport, whose payload could state any user. */
export class UnsupportedTransport extends Error {
  constructor(transport: string) {
    super(
      `The global guards protect HTTP handlers, and this handler is called by "${transport}".\n` +
        '  → protect it with a guard of its own, and do not apply the global guards to it',
    );
  }
}

/** @throws UnsupportedTransport outside HTTP */
export function assertHttp(context: ExecutionContext): void {
  const transport = context.getType<string>();
  if (transport !== 'http') throw new UnsupportedTransport(transport);
}

/**
 * Stops the start at message handlers (microservices, WebSocket, GraphQL) without a guard of their own, because the global guards either
 * do not run there or refuse every call.
 */
@Injectable()
export class NonHttpHandlers implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws Error that names each unprotected handler */
  onModuleInit(): void {
    const found = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = new Set(
      found.map(({ metatype }) => metatype).filter((type) => typeof type === 'function'),
    );
    const faults = [...classes].flatMap((type) => this.unprotectedOf(type));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  private unprotectedOf(type: { readonly name: string; readonly prototype?: object }): string[] {
    const { prototype } = type;
    // An arrow function has no prototype.
    if (!prototype || isGuarded(type)) return [];
    const methods = prototype as Readonly<Record<string, object | undefined>>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => {
        const method = methods[name];
        return method && HANDLER_KEYS.some((key) => Reflect.hasMetadata(key, method)) && !isGuarded(method);
      })
      .map(
        (name) =>
          `${type.name}.${name} handles messages, and no guard protects it: the global guards protect HTTP handlers.` +
          '\n  → put @UseGuards() with a guard of your own on it (docs/extending.md)',
      );
  }
}

function isGuarded(target: object): boolean {
  const guards: unknown = Reflect.getMetadata(GUARDS_KEY, target);
  return Array.isArray(guards) && guards.length > 0;
}
