import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Database, deleteInBatches, readInBatches, type Statement } from '../../platform/database';
import type { AuditEventResponse } from './audit.dto';
import { columnsOf, type PersonalFields, type SealedEvent } from './audit-event';

/** Selects events; an undefined property does not restrict them. */
export interface EventFilter {
  readonly actorId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly type?: string | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
}

export interface EventPage {
  readonly order: 'oldest' | 'newest';
  /** The id of the last event before it. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const COLUMNS = `e.id, e.sequence, e.occurred_at AS "occurredAt", e.type, e.outcome, e.actor_id AS "actorId",
  e.subject_id AS "subjectId", e.session_id AS "sessionId", p.ip_address AS "ipAddress", p.user_agent AS "userAgent",
  e.request_id AS "requestId", e.details`;

// Both rows or neither, in one round trip; no personal data of a user who has been deleted meanwhile.
const WRITE: Statement = {
  name: 'audit-write',
  text: `
    WITH event AS (
      INSERT INTO audit_events (id, occurred_at, type, outcome, actor_id, subject_id, session_id, request_id, details,
        commitment, seal)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      RETURNING id
    )
    INSERT INTO audit_personal (event_id, user_id, salt, ip_address, user_agent)
    SELECT id, $12::uuid, $13::bytea, $14::text, $15::text FROM event
    WHERE $13::bytea IS NOT NULL AND ($12::uuid IS NULL OR EXISTS (SELECT FROM users WHERE users.id = $12::uuid))`,
};

const OF_USER: Statement = {
  name: 'audit-of-user',
  text: `
    SELECT e.id, e.type, e.outcome, e.occurred_at AS "occurredAt", p.ip_address AS "ipAddress", p.user_agent AS "userAgent"
    FROM audit_personal p JOIN audit_events e ON e.id = p.event_id
    WHERE p.user_id = $1 AND p.event_id > $2 ORDER BY p.event_id LIMIT $3`,
};

const ERASE: Statement = {
  name: 'audit-erase',
  text: `DELETE FROM audit_personal WHERE event_id IN (SELECT event_id FROM audit_personal WHERE user_id = $1 LIMIT $2)
    RETURNING true AS erased`,
};

type Row = Omit<AuditEventResponse, 'sequence' | 'occurredAt'> & {
  readonly sequence: string | null;
  readonly occurredAt: Date;
};

/** An event in the export of a user's own data. */
export type ExportedEvent = Pick<Row, 'id' | 'type' | 'outcome' | 'occurredAt' | 'ipAddress' | 'userAgent'>;

@Injectable()
export class AuditStore {
  constructor(private readonly database: Database) {}

  async write(event: SealedEvent, personal: PersonalFields | null): Promise<void> {
    const { userId, salt, ipAddress, userAgent } = personal ?? {};
    const beside = [userId, salt, ipAddress, userAgent].map((value) => value ?? null);
    await this.database.query(WRITE, [...columnsOf(event), event.commitment, event.seal, ...beside]);
  }

  async find(filter: EventFilter, { order, after, limit }: EventPage): Promise<AuditEventResponse[]> {
    const newest = order === 'newest';
    const conditions: readonly (readonly [condition: string, value: unknown])[] = [
      ['e.actor_id =', filter.actorId],
      ['e.subject_id =', filter.subjectId],
      ['e.type =', filter.type],
      // Ids are ordered by time: a separate index on the instants would cost every event another write.
      ['e.id >=', filter.from && firstIdOf(filter.from)],
      ['e.id <', filter.to && firstIdOf(filter.to)],
      [newest ? 'e.id <' : 'e.id >', after],
    ];
    const given = conditions.filter(([, value]) => value !== undefined);
    const text = `SELECT ${COLUMNS} FROM audit_events e LEFT JOIN audit_personal p ON p.event_id = e.id
      WHERE ${['true', ...given.map(([condition], index) => `${condition} $${index + 2}`)].join(' AND ')}
      ORDER BY e.id ${newest ? 'DESC' : 'ASC'} LIMIT $1`;
    const rows = await this.database.query<Row>({ text }, [limit, ...given.map(([, value]) => value)]);
    return rows.map(recordOf);
  }

  /** The oldest first. */
  ofUser(userId: string): AsyncIterable<ExportedEvent> {
    return readInBatches(async (after = NIL, rows) =>
      this.database.query<ExportedEvent>(OF_USER, [userId, after, rows]),
    );
  }

  /** Erases addresses and user agents, and not the events. */
  async erase(userId: string): Promise<void> {
    await deleteInBatches(async (rows) => (await this.database.query(ERASE, [userId, rows])).length);
  }
}

function recordOf({ sequence, occurredAt, ...row }: Row): AuditEventResponse {
  return {
    ...row,
    sequence: sequence === null ? null : Number(sequence),
    occurredAt: occurredAt.toISOString(),
  };
}

/** The lowest UUIDv7 of a millisecond. */
function firstIdOf(instant: Date): string {
  const hex = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
