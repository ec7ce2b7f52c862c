import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database';
import type { ChainLink, PersonalFields, SealedEvent, StoredEvent } from './audit-event';

// Instants and JSON as text: the conversions of the driver would hide some changes.
const SEALED = `e.id, to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "occurredAt",
  e.type, e.outcome, e.actor_id AS "actorId", e.subject_id AS "subjectId", e.session_id AS "sessionId",
  e.request_id AS "requestId", e.details::text AS details, e.commitment, e.seal`;
const STORED = `${SEALED}, e.sequence, e.chain, p.event_id AS "eventId", p.user_id AS "userId", p.salt,
  p.ip_address AS "ipAddress", p.user_agent AS "userAgent"`;
const WITH_PERSONAL = 'audit_events e LEFT JOIN audit_personal p ON p.event_id = e.id';

// Those that read many rows, or look for few among many, have no name: a plan kept from when the table was small reads it all.
const OLDEST_UNSEALED: Statement = {
  text: 'SELECT occurred_at AS "occurredAt" FROM audit_events WHERE sequence IS NULL ORDER BY id LIMIT 1',
};

const CLAIM: Statement = {
  name: 'audit-claim',
  text: `SELECT pg_try_advisory_xact_lock(hashtext('audit')) AS claimed`,
};

const NEXT: Statement = {
  text: `SELECT ${SEALED} FROM audit_events e WHERE e.sequence IS NULL ORDER BY e.id LIMIT $1`,
};

const HEAD: Statement = { name: 'audit-head', text: 'SELECT sequence, chain FROM audit_head' };

const SEAL: Statement = {
  name: 'audit-seal',
  text: `
    WITH sealed AS (
      UPDATE audit_events e SET sequence = n.sequence, chain = n.chain
      FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS n (id, sequence, chain)
      WHERE e.id = n.id AND e.sequence IS NULL
    )
    UPDATE audit_head SET sequence = $4, chain = $5`,
};

const PAGE: Statement = {
  text: `SELECT ${STORED} FROM ${WITH_PERSONAL} WHERE e.sequence IS NOT NULL AND ($1::bigint IS NULL OR (e.sequence, e.id) > ($1, $2::uuid))
    ORDER BY e.sequence, e.id LIMIT $3`,
};

const UNSEALED_PAGE: Statement = {
  text: `SELECT ${STORED} FROM ${WITH_PERSONAL} WHERE e.sequence IS NULL AND ($1::uuid IS NULL OR e.id > $1)
    ORDER BY e.id LIMIT $2`,
};

type Row = Omit<StoredEvent, 'sequence' | 'personal'> &
  PersonalFields & { readonly sequence: string | null; readonly eventId: string | null };

/** The statements of linking and verifying rows. */
@Injectable()
export class ChainStore {
  constructor(private readonly database: Database) {}

  /** @returns the instant of the oldest row that is not in the chain; undefined where there is none */
  async waitingSince(): Promise<Date | undefined> {
    const [oldest] = await this.database.query<{ occurredAt: Date }>(OLDEST_UNSEALED);
    return oldest?.occurredAt;
  }

  /** Takes the advisory lock until the end of the transaction. @returns false where another instance has it */
  async claim(): Promise<boolean> {
    const [row] = await this.database.query<{ claimed: boolean }>(CLAIM);
    return row?.claimed === true;
  }

  /** The oldest rows that are not in the chain. */
  async nextUnsealed(limit: number): Promise<SealedEvent[]> {
    return this.database.query<SealedEvent>(NEXT, [limit]);
  }

  async head(): Promise<ChainLink | undefined> {
    const [row] = await this.database.query<{ sequence: string; chain: Buffer }>(HEAD);
    return row && { sequence: Number(row.sequence), chain: row.chain };
  }

  /** @param links one for each of the ids, in their order; the last becomes the head */
  async seal(ids: readonly string[], links: readonly ChainLink[]): Promise<void> {
    const sequences = links.map(({ sequence }) => sequence);
    const chains = links.map(({ chain }) => chain);
    await this.database.query(SEAL, [ids, sequences, chains, sequences.at(-1), chains.at(-1)]);
  }

  /** @param after undefined: from the lowest sequence, which an attacker may have made negative */
  async page(after: Pick<StoredEvent, 'sequence' | 'id'> | undefined, limit: number): Promise<StoredEvent[]> {
    const parameters = [after ? withinBigint(after.sequence ?? 0) : null, after?.id ?? null, limit];
    return (await this.database.query<Row>(PAGE, parameters)).map(storedEventOf);
  }

  async unsealedPage(after: string | undefined, limit: number): Promise<StoredEvent[]> {
    return (await this.database.query<Row>(UNSEALED_PAGE, [after ?? null, limit])).map(storedEventOf);
  }
}

/** An attacker may have written the lowest bigint, which a double rounds to a lower number. */
function withinBigint(sequence: number): number {
  return Math.min(Math.max(sequence, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function storedEventOf({
  sequence,
  eventId,
  userId,
  salt,
  ipAddress,
  userAgent,
  ...event
}: Row): StoredEvent {
  return {
    ...event,
    sequence: sequence === null ? null : Number(sequence),
    personal: eventId === null ? null : { userId, salt, ipAddress, userAgent },
  };
}
