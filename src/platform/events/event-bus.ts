import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Database } from '../database';
import { setDecoratorMetadata } from '../extensions';
import type { DomainEvent } from './domain-event';

/**
 * When a listener is called. `inTransaction`: before the commit; an error rolls the transaction back, and the listener may
 * only write rows. `afterCommit`: after the commit; an error is logged and affects nothing else.
 */
export type EventPhase = 'inTransaction' | 'afterCommit';

type EventClass<Event extends DomainEvent> = abstract new (...parameters: never[]) => Event;

interface ListenerOptions {
  readonly event: EventClass<DomainEvent>;
  readonly phase: EventPhase;
}

interface Listener extends ListenerOptions {
  readonly handle: (event: DomainEvent) => unknown;
}

const LISTENER_OPTIONS = Symbol('listener options');

/** Calls a method of a provider with each event of the class or of a class that extends it. */
export function OnDomainEvent<Event extends DomainEvent>(event: EventClass<Event>, phase: EventPhase) {
  return <Method extends (event: Event) => Promise<void>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const options: ListenerOptions = { event, phase };
    setDecoratorMetadata('@OnDomainEvent()', LISTENER_OPTIONS, options, [target, name, descriptor]);
  };
}

/** In-process domain events. What must be true when a method returns is a call, not an event. */
@Injectable()
export class EventBus implements OnModuleInit {
  private readonly logger = new Logger('EventBus');
  private discovered: readonly Listener[] | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.discovered ??= this.discoverListeners();
  }

  /** Must be called within the transaction of what the event reports, where there is one. */
  async publish(event: DomainEvent): Promise<void> {
    // Commands publish in a context whose modules are not initialised.
    this.discovered ??= this.discoverListeners();
    const listeners = this.discovered.filter((listener) => event instanceof listener.event);
    for (const { phase, handle } of listeners) if (phase === 'inTransaction') await handle(event);
    const later = listeners.filter(({ phase }) => phase === 'afterCommit');
    if (later.length > 0) await this.database.afterCommit(async () => this.notify(later, event));
  }

  private async notify(listeners: readonly Listener[], event: DomainEvent): Promise<void> {
    for (const { handle } of listeners) {
      try {
        await handle(event);
      } catch (error) {
        this.logger.error({ event: event.constructor.name, error }, 'Event listener failed');
      }
    }
  }

  private discoverListeners(): Listener[] {
    const found = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    // A provider may be registered under several tokens.
    const instances = new Set(found.map(({ instance }: { readonly instance?: unknown }) => instance));
    return [...instances].flatMap((instance) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const methods = instance as Readonly<Record<string, ((event: DomainEvent) => unknown) | undefined>>;
      return this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object).flatMap((name) => {
        const method = methods[name];
        const options =
          method && (Reflect.getMetadata(LISTENER_OPTIONS, method) as ListenerOptions | undefined);
        return options ? [{ ...options, handle: method.bind(instance) }] : [];
      });
    });
  }
}
