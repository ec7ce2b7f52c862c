import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../platform/database';
import type { Session } from './session.entity';

export type Outcome = 'rotated' | 'replayed' | 'reused' | 'refused';

/** The instants that decide about a session, all from one reading of the clock. */
export interface Bounds {
  readonly now: Date;
  /** A session not used since then is idle. */
  readonly idleSince: Date;
  /** A session opened by then is over. */
  readonly openedBy: Date;
  /** A rotation since then still answers the generation before; null: none does. */
  readonly graceSince: Date | null;
}

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
  readonly isRevoked: boolean;
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
        revoked_at = CASE p.outcome WHEN 'reused' THEN $4 END
      FROM presented p WHERE s.id = p.id AND p.outcome IN ('rotated', 'reused')
    )
    SELECT s.outcome, s.revoked_at IS NOT NULL OR s.outcome = 'reused' AS "isRevoked", ${COLUMNS}, s.access_version AS "accessVersion", $3::integer + 1 AS generation,
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
      authenticated_at = $4
    FROM users u
    WHERE s.id = $1 AND s.secret_digest = $2 AND s.generation >= $3 AND ${LIVE}
      AND u.id = s.user_id AND u.status = 'active'
    RETURNING ${COLUMNS}, u.access_version AS "accessVersion", s.generation, s.last_used_at AS "lastUsedAt"`,
};

const END: Statement = {
  name: 'session-end',
  text: 'UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL',
};

const END_CLAIMED: Statement = {
  name: 'session-end-claimed',
  // One that ended before is reported again: the answer that told of it may have been lost on the way.
  text: `UPDATE sessions SET revoked_at = coalesce(revoked_at, $4)
    WHERE id = $1 AND secret_digest = $2 AND generation >= $3 RETURNING id`,
};

const ENDED_SINCE: Statement = {
  text: 'SELECT id, revoked_at AS "revokedAt" FROM sessions WHERE revoked_at > $1 ORDER BY revoked_at',
};

/** The statements that decide about a session, each whole in itself. */
@Injectable()
export class SessionStore {
  constructor(private readonly database: Database) {}

  /** Moves the session to the next generation, or says why not; one that is `reused` is revoked by then. */
  async rotate(claimed: Claimed, bounds: Bounds): Promise<JudgedRow | undefined> {
    const [row] = await this.database.query<JudgedRow>(ROTATE, parametersOf(claimed, bounds));
    return row;
  }

  /** Moves the session to the next generation and to a sign-in of now. */
  async renew(claimed: Claimed, bounds: Bounds): Promise<SessionRow | undefined> {
    const [row] = await this.database.query<SessionRow>(RENEW, parametersOf(claimed, bounds));
    return row;
  }

  async end(sessionId: string, now: Date): Promise<void> {
    await this.database.query(END, [sessionId, now]);
  }

  /** @returns whether the claim was genuine, and so the session is over */
  async endClaimed({ sessionId, secretDigest, generation }: Claimed, now: Date): Promise<boolean> {
    const rows = await this.database.query(END_CLAIMED, [sessionId, secretDigest, generation, now]);
    return rows.length > 0;
  }

  async endedSince(instant: Date): Promise<{ id: string; revokedAt: Date }[]> {
    return this.database.query(ENDED_SINCE, [instant]);
  }
}

function parametersOf({ sessionId, secretDigest, generation }: Claimed, bounds: Bounds): unknown[] {
  const { now, idleSince, openedBy, graceSince } = bounds;
  return [sessionId, secretDigest, generation, now, idleSince, openedBy, graceSince ?? 'infinity'];
}
