/** What is recorded of an event; its seal covers every column, as PostgreSQL writes it out, to the letter. */
export interface AuditEvent {
  readonly id: string;
  /** UTC, with microseconds. */
  readonly occurredAt: string;
  readonly type: string;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  /** A JSON object. */
  readonly details: string;
  /** To the personal data beside it, which can be erased; null where there is none. */
  readonly commitment: Buffer | null;
}

/** All but the commitment, in the order of the table and of the seal. */
export function columnsOf(event: AuditEvent): readonly (string | null)[] {
  const { id, occurredAt, type, outcome, actorId, subjectId, sessionId, requestId, details } = event;
  return [id, occurredAt, type, outcome, actorId, subjectId, sessionId, requestId, details];
}

/** What is kept of a person beside an event, as long as they have an account. */
export interface PersonalFields {
  /** Whose it most likely is. */
  readonly userId: string | null;
  readonly salt: Buffer;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface SealedEvent extends AuditEvent {
  readonly seal: Buffer;
}

/** The last link of the chain, or the state after any other. */
export interface ChainLink {
  readonly sequence: number;
  readonly chain: Buffer;
}

/** Before the first row. */
export const CHAIN_START: ChainLink = { sequence: 0, chain: Buffer.alloc(32) };

/** A row as verification reads it: sealed, or waiting for it. */
export interface StoredEvent extends SealedEvent {
  readonly sequence: number | null;
  readonly chain: Buffer | null;
  /** Null: there never was any, or it was erased. */
  readonly personal: PersonalFields | null;
}

/** An event as people and other systems read it. */
export interface AuditRecord {
  readonly id: string;
  readonly sequence: number | null;
  readonly occurredAt: string;
  readonly type: string;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly sessionId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
