import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Database, type Statement } from '../platform/database';
import type { ClientInfo } from '../platform/http';
import type { Session } from './session.entity';
import type { Bounds } from './session.settings';

export type Outcome = 'rotated' | 'replayed' | 'reused' | 'refused';

/** The session a token claims, by its id and the digest of the secret it holds. */
export interface Claimed {
  readonly sessionId: string;
  readonly secretDigest: Buffer;
  readonly generation: number;
}

export interface SessionRow extends Pick<
  Session,
  'id' | 'userId' | 'generation' | 'methods' | 'authenticatedAt' | 'createdAt' | 'lastUsedAt'
> {
  readonly accessVersion: number;
}

/** A session as a refresh found it. */
export interface JudgedRow extends SessionRow {
  readonly outcome: Outcome;
}

const COLUMNS = `s.id, s.user_id AS "userId", s.methods, s.authenticated_at AS "authenticatedAt", s.created_at AS "createdAt"`;
const LIVE = 's.revoked_at IS NULL AND s.last_used_at > $5 AND s.created_at > $6';
const REPLAYED = 's.generation = $3 + 1 AND s.rotated_at >= $7';

// The row is locked before it is judged, so of any number of parallel refreshes one rotates and the others see that it
// did. The user is looked at in the same statement, so that a refresh is one round trip.
const ROTATE: Statement = {
  name: 'session-rotate',
  text: `
    WITH presented AS (
      SELECT s.*, u.access_version, CASE
          WHEN NOT (${LIVE}) OR s.generation < $3 THEN 'refused'
          WHEN s.generation = $3 THEN 'rotated'
          WHEN ${REPLAYED} THEN 'replayed'
          ELSE 'reused'
        END AS outcome
      FROM sessions s JOIN users u ON u.id = s.user_id AND u.status = 'active'
      WHERE s.id = $1 AND s.secret_digest = $2
      FOR NO KEY UPDATE OF s
    ), written AS (
      UPDATE sessions s SET
        generation = CASE p.outcome WHEN 'rotated' THEN s.generation + 1 ELSE s.generation END,
        rotated_at = CASE p.outcome WHEN 'rotated' THEN $4 ELSE s.rotated_at END,
        last_used_at = CASE p.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END,
        revoked_at = CASE p.outcome WHEN 'reused' THEN $4 END,
        ip_address = CASE p.outcome WHEN 'rotated' THEN $8 ELSE s.ip_address END,
        user_agent = CASE p.outcome WHEN 'rotated' THEN $9 ELSE s.user_agent END
      FROM presented p WHERE s.id = p.id AND p.outcome IN ('rotated', 'reused')
    )
    SELECT s.outcome, ${COLUMNS}, s.access_version AS "accessVersion", $3::integer + 1 AS generation,
      CASE s.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END AS "lastUsedAt"
    FROM presented s`,
};

// An access token is older than the refresh token beside it without anything being wrong, so an earlier generation is no
// theft here; and one whose answer was lost gets the generation it was promised instead of one more.
const RENEW: Statement = {
  name: 'session-renew',
  text: `
    UPDATE sessions s SET
      generation = CASE WHEN ${REPLAYED} THEN s.generation ELSE s.generation + 1 END,
      rotated_at = CASE WHEN ${REPLAYED} THEN s.rotated_at ELSE $4 END,
      last_used_at = greatest(s.last_used_at, $4),
      authenticated_at = $4,
      ip_address = $8,
      user_agent = $9
    FROM users u
    WHERE s.id = $1 AND s.secret_digest = $2 AND s.generation >= $3 AND ${LIVE}
      AND u.id = s.user_id AND u.status = 'active'
    RETURNING ${COLUMNS}, u.access_version AS "accessVersion", s.generation, s.last_used_at AS "lastUsedAt"`,
};

const END_CLAIMED: Statement = {
  name: 'session-end-claimed',
  text: `UPDATE sessions SET revoked_at = $4
    WHERE id = $1 AND secret_digest = $2 AND generation >= $3 AND revoked_at IS NULL`,
};

// In pages, each committed on its own where nothing else is under way: whoever got in may have opened any number, and
// then one statement for all would never end in time. Locked in one order, or two of these could wait for each other.
const END_ALL: Statement = {
  name: 'session-end-all',
  text: `
    WITH page AS (
      SELECT id FROM sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $5 FOR NO KEY UPDATE
    ), ended AS (
      UPDATE sessions s SET revoked_at = $3 FROM page p
      WHERE s.id = p.id AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM $4
    )
    SELECT id FROM page ORDER BY id`,
};
const END_ALL_ROWS = 500;

// Pages go by the primary key: a row that is over has no mark of its own, and an index on when sessions were last used
// would cost every refresh a write. The row itself is judged, not the page: whoever had it locked may have refreshed it.
const PURGE: Statement = {
  name: 'session-purge',
  text: `
    WITH page AS (SELECT id FROM sessions WHERE id > $1 ORDER BY id LIMIT $5),
    gone AS (
      DELETE FROM sessions s USING page p
      WHERE s.id = p.id AND (s.revoked_at <= $2 OR s.last_used_at <= $3 OR s.created_at <= $4)
    )
    SELECT id FROM page ORDER BY id DESC LIMIT 1`,
};

/** The statements that decide about a session, each whole in itself. */
@Injectable()
export class SessionStore {
  constructor(private readonly database: Database) {}

  /** Moves the session to the next generation, or says why not; one that is `reused` is revoked by then. */
  async rotate(claimed: Claimed, bounds: Bounds, client: ClientInfo): Promise<JudgedRow | undefined> {
    const [row] = await this.database.query<JudgedRow>(ROTATE, parametersOf(claimed, bounds, client));
    return row;
  }

  /** Moves the session to the next generation and to a sign-in of now. */
  async renew(claimed: Claimed, bounds: Bounds, client: ClientInfo): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(RENEW, parametersOf(claimed, bounds, client));
    return row;
  }

  async endClaimed({ sessionId, secretDigest, generation }: Claimed, now: Date): Promise<void> {
    await this.database.query(END_CLAIMED, [sessionId, secretDigest, generation, now]);
  }

  async endAllOf(userId: string, except: string | null, now: Date): Promise<void> {
    for (let after: string | undefined = NIL; after !== undefined;) {
      const parameters: unknown[] = [userId, after, now, except, END_ALL_ROWS];
      const page: { id: string }[] = await this.database.query(END_ALL, parameters);
      after = page.length === END_ALL_ROWS ? page.at(-1)?.id : undefined;
    }
  }

  /**
   * Looks at a page of sessions and deletes those that were over by then.
   * @param after the session the page begins after
   * @returns the last one of the page, or undefined where there was none
   */
  async purge(after: string, revokedBy: Date, bounds: Bounds, rows: number): Promise<string | undefined> {
    const parameters = [after, revokedBy, bounds.idleSince, bounds.openedBy, rows];
    const [last] = await this.database.query<{ id: string }>(PURGE, parameters);
    return last?.id;
  }
}

function parametersOf(claimed: Claimed, bounds: Bounds, { ipAddress, userAgent }: ClientInfo): unknown[] {
  const { sessionId, secretDigest, generation } = claimed;
  const { now, idleSince, openedBy, graceSince } = bounds;
  const instants = [now, idleSince, openedBy, graceSince ?? 'infinity'];
  return [sessionId, secretDigest, generation, ...instants, ipAddress, userAgent];
}
