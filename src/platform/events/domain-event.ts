/** Something that happened; the class names it. */
export abstract class DomainEvent {}

export type EventOutcome = 'success' | 'failure';

/** What a security event reports. Ids only: no address, no name, no secret. */
export interface SecurityEventData {
  /** Whose account it concerns; null where that is unknown or there is none. */
  readonly subjectId?: string | null | undefined;
  /** Who did it, where that is not the signed-in user of the request. */
  readonly actorId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  /** Further facts as JSON: names of roles, counts, reasons. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A class of security events; its static properties are recorded and documented. */
export interface SecurityEventClass {
  readonly type: string;
  readonly outcome: EventOutcome;
  readonly sampled: boolean;
}

/** An event for security reviews (OWASP ASVS 5.0 chapter 16.3), published by the module in which it happens. */
export abstract class SecurityEvent extends DomainEvent {
  /** Stable kebab-case words in the past tense; never renamed. */
  static readonly type: string = '';
  static readonly outcome: EventOutcome = 'success';
  /** Whether an unauthenticated client can cause any number of them at no cost; then only some of each source are recorded. */
  static readonly sampled: boolean = false;

  constructor(readonly facts: SecurityEventData = {}) {
    super();
  }

  get eventClass(): SecurityEventClass {
    return this.constructor as unknown as SecurityEventClass;
  }
}
