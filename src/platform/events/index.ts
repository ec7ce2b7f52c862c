export {
  DomainEvent,
  type EventOutcome,
  SecurityEvent,
  type SecurityEventClass,
  type SecurityEventData,
} from './domain-event';
export { EventBus, OnDomainEvent, type EventPhase } from './event-bus';
export { EventsModule } from './events.module';
