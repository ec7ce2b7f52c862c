import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Database } from '../database';
import { setDecoratorMetadata } from '../extensions';
import type { DomainEvent } from './domain-event';

/**
 * When a listener is called. `inTransaction`: before what the event tells of is committed, and whatever it throws undoes
 * that; it may write rows, nothing else. `afterCommit`: for the rest; it fails alone, and the failure is logged.
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

const LISTENER_OPTIONS = Symbol('listening');

/** Has a method of a provider called with each event of a class, or of a class that extends it. */
export function OnDomainEvent<Event extends DomainEvent>(event: EventClass<Event>, phase: EventPhase) {
  return <Method extends (event: Event) => Promise<void>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void =>
    setDecoratorMetadata('@OnDomainEvent()', LISTENER_OPTIONS, { event, phase } satisfies ListenerOptions, [
      target,
      name,
      descriptor,
    ]);
}

/** News from room to room, within this process. What must be true when a method returns is a call and no event. */
@Injectable()
export class EventBus {
  private readonly logger = new Logger('Events');
  private listeners: readonly Listener[] | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly database: Database,
  ) {}

  /** To be called in the transaction of what the event tells of, where there is one. */
  async publish(event: DomainEvent): Promise<void> {
    this.listeners ??= this.discoverListeners();
    const listeners = this.listeners.filter((listener) => event instanceof listener.event);
    for (const { phase, handle } of listeners) if (phase === 'inTransaction') await handle(event);
    const later = listeners.filter(({ phase }) => phase === 'afterCommit');
    if (later.length > 0) await this.database.afterCommit(async () => this.notify(later, event));
  }

  private async notify(listeners: readonly Listener[], event: DomainEvent): Promise<void> {
    for (const { handle } of listeners) {
      try {
        await handle(event);
      } catch (error) {
        this.logger.error({ event: event.constructor.name, error }, 'a listener failed');
      }
    }
  }

  private discoverListeners(): Listener[] {
    const found = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    // A provider may be there under several names.
    const instances = new Set(found.map(({ instance }: { readonly instance?: unknown }) => instance));
    return [...instances].flatMap((instance) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const methods = instance as Readonly<Record<string, ((event: DomainEvent) => unknown) | undefined>>;
      return this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object).flatMap((name) => {
        const method = methods[name];
        const listening =
          method && (Reflect.getMetadata(LISTENER_OPTIONS, method) as ListenerOptions | undefined);
        return listening ? [{ ...listening, handle: method.bind(instance) }] : [];
      });
    });
  }
}
