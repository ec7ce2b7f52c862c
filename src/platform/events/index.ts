export { DomainEvent, SecurityEvent } from './domain-event';
export { EventBus, OnDomainEvent } from './event-bus';
export { EventsModule } from './events.module';
