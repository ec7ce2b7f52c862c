export {
  DomainEvent,
  type Outcome,
  SecurityEvent,
  type SecurityEventClass,
  type SecurityFacts,
} from './domain-event';
export { Events, OnDomainEvent, type Phase } from './events';
export { EventsModule } from './events.module';
