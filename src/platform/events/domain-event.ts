/** Something that happened; its class says what. */
export abstract class DomainEvent {}

export type EventOutcome = 'success' | 'failure';

/** What there is to say of a security event beyond what it is called. Ids only: no address, no name, no secret. */
export interface SecurityEventData {
  /** Whose account it is about; null where nobody knows, or where there is none. */
  readonly subjectId?: string | null | undefined;
  /** Who did it, where that is not the signed-in user of the request. */
  readonly actorId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  /** Further facts as JSON has them: names of roles, counts, reasons. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A class of security events; what it says of itself statically is what the records and the documentation say. */
export interface SecurityEventClass {
  readonly type: string;
  readonly outcome: EventOutcome;
  readonly sampled: boolean;
}

/** Something that a security review wants to find again (OWASP ASVS 5.0 chapter 16.3): published by the room it happens in. */
export abstract class SecurityEvent extends DomainEvent {
  /** Stable kebab-case words in the past tense; never renamed. */
  static readonly type: string = '';
  static readonly outcome: EventOutcome = 'success';
  /** Whether a stranger can cause any number of them at no cost: only some of each source are recorded then. */
  static readonly sampled: boolean = false;

  constructor(readonly facts: SecurityEventData = {}) {
    super();
  }

  get eventClass(): SecurityEventClass {
    return this.constructor as unknown as SecurityEventClass;
  }
}
