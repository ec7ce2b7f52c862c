/** An event as recorded. Its seal, an HMAC, covers the text of every column as PostgreSQL outputs it. */
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
  /** A salted hash of the personal data, which can be erased; null where there is none. */
  readonly commitment: Buffer | null;
}

/** All columns but the commitment, in the order of the table and of the seal. */
export function columnsOf(event: AuditEvent): readonly (string | null)[] {
  const { id, occurredAt, type, outcome, actorId, subjectId, sessionId, requestId, details } = event;
  return [id, occurredAt, type, outcome, actorId, subjectId, sessionId, requestId, details];
}

/** The personal data of an event, stored as long as the user has an account. */
export interface PersonalFields {
  /** The user it most likely belongs to. */
  readonly userId: string | null;
  readonly salt: Buffer;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface SealedEvent extends AuditEvent {
  readonly seal: Buffer;
}

/** The state of the chain after a row. */
export interface ChainLink {
  readonly sequence: number;
  readonly chain: Buffer;
}

/** Before the first row. */
export const CHAIN_START: ChainLink = { sequence: 0, chain: Buffer.alloc(32) };

/** A row as verification reads it, in the chain or not yet. */
export interface StoredEvent extends SealedEvent {
  readonly sequence: number | null;
  readonly chain: Buffer | null;
  /** Null where there was none, or where it was erased. */
  readonly personal: PersonalFields | null;
}
