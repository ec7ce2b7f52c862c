import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AccessSettings, CLOCK_SKEW_SECONDS } from '../access';
import { Database, type Statement } from '../platform/database';
import type { ClientInfo } from '../platform/http';
import { digestOf, type RefreshTokenPayload } from './refresh-token';
import { Session } from './session.entity';
import type { SessionCutoffs } from './session.settings';

export type RotationOutcome = 'rotated' | 'replayed' | 'reused' | 'refused';

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
  /** Of the user, as everything here reads it in the same statement. */
  readonly accessVersion: number;
  readonly roles: readonly string[];
}

export type RevokedSession = Pick<Session, 'id' | 'userId'>;

/** What a session begins with. */
export type NewSession = ClientInfo &
  Pick<Session, 'id' | 'userId' | 'secretDigest' | 'methods' | 'createdAt'>;

/** A session as a refresh found it. */
export interface RotationRow extends SessionRow {
  readonly outcome: RotationOutcome;
}

const COLUMNS = `s.id, s.user_id AS "userId", s.methods, s.authenticated_at AS "authenticatedAt", s.created_at AS "createdAt"`;
const LIVE = 's.revoked_at IS NULL AND s.last_used_at > $5 AND s.created_at > $6';
const MAY_GO_ON = `u.status = 'active' AND (u.email_verified OR NOT $10)`;
// One from the future was dated by a clock that has gone back since: how long ago it was, nothing tells.
const REPLAYED = `s.generation = $3 + 1 AND s.rotated_at BETWEEN $7 AND $4::timestamptz + make_interval(secs => ${CLOCK_SKEW_SECONDS})`;

// Opened only for whom nothing happened to since they were read, before their password was checked: ending all sessions
// raises the epoch first, so it either sees this row or has this statement see that it was raised.
const OPEN: Statement = {
  name: 'session-open',
  text: `
    INSERT INTO sessions (id, user_id, secret_digest, generation, methods, rotated_at, last_used_at, authenticated_at,
      created_at, ip_address, user_agent)
    SELECT $1, id, $3, 0, $4, $5, $5, $5, $5, $6, $7 FROM users
    WHERE id = $2 AND status = 'active' AND sessions_epoch = $8
    FOR SHARE
    RETURNING id`,
};

// The row is locked before it is judged, so of any number of parallel refreshes one rotates and the others see that it
// did. The user is looked at in the same statement, so that a refresh is one round trip.
const ROTATE: Statement = {
  name: 'session-rotate',
  text: `
    WITH presented AS (
      SELECT s.*, u.access_version, u.roles, CASE
          WHEN NOT (${LIVE}) OR s.generation < $3 THEN 'refused'
          WHEN s.generation = $3 THEN 'rotated'
          WHEN ${REPLAYED} THEN 'replayed'
          ELSE 'reused'
        END AS outcome
      FROM sessions s JOIN users u ON u.id = s.user_id AND ${MAY_GO_ON}
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
    SELECT s.outcome, ${COLUMNS}, s.access_version AS "accessVersion", s.roles, $3::integer + 1 AS generation,
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
      AND s.generation < 2147483647 AND u.id = s.user_id AND ${MAY_GO_ON} AND u.sessions_epoch = $11
    RETURNING ${COLUMNS}, u.access_version AS "accessVersion", u.roles, s.generation, s.last_used_at AS "lastUsedAt"`,
};

const REVOKE_PRESENTED: Statement = {
  name: 'session-end-claimed',
  text: `UPDATE sessions SET revoked_at = $4
    WHERE id = $1 AND secret_digest = $2 AND generation >= $3 AND revoked_at IS NULL
    RETURNING id, user_id AS "userId"`,
};

/** The statements that decide about a session, each whole in itself. */
@Injectable()
export class SessionStore {
  constructor(
    private readonly database: Database,
    private readonly access: AccessSettings,
  ) {}

  /** Of a session that is not over, whose turn it is or was just now. */
  async findOwner({ sessionId: id, secretDigest, generation }: Claimed): Promise<RevokedSession | null> {
    return this.database.repository(Session).findOne({
      select: { id: true, userId: true },
      where: { id, secretDigest, revokedAt: IsNull(), generation: In([generation, generation + 1]) },
    });
  }

  /** @returns false where the user is not the one who was read any more, or may not sign in */
  async open(session: NewSession, sessionsEpoch: number): Promise<boolean> {
    const { id, userId, secretDigest, methods, createdAt, ipAddress, userAgent } = session;
    const parameters = [id, userId, secretDigest, methods, createdAt, ipAddress, userAgent, sessionsEpoch];
    return (await this.database.query(OPEN, parameters)).length > 0;
  }

  /** Moves the session to the next generation, or says why not; one that is `reused` is revoked by then. */
  async rotate(
    claimed: Claimed,
    bounds: SessionCutoffs,
    client: ClientInfo,
  ): Promise<RotationRow | undefined> {
    const [row] = await this.database.query<RotationRow>(ROTATE, this.parametersOf(claimed, bounds, client));
    return row;
  }

  /** Moves the session to the next generation and to a sign-in of now. */
  async renew(
    claimed: Claimed,
    bounds: SessionCutoffs,
    client: ClientInfo,
    sessionsEpoch: number,
  ): Promise<SessionRow | undefined> {
    const parameters = [...this.parametersOf(claimed, bounds, client), sessionsEpoch];
    const [row] = await this.database.query<SessionRow>(RENEW, parameters);
    return row;
  }

  /** @returns the session, where it was not over before */
  async revokePresented(
    { sessionId, secretDigest, generation }: Claimed,
    now: Date,
  ): Promise<RevokedSession | null> {
    const parameters = [sessionId, secretDigest, generation, now];
    const [ended] = await this.database.query<RevokedSession>(REVOKE_PRESENTED, parameters);
    return ended ?? null;
  }

  private parametersOf(
    claimed: Claimed,
    bounds: SessionCutoffs,
    { ipAddress, userAgent }: ClientInfo,
  ): unknown[] {
    const { sessionId, secretDigest, generation } = claimed;
    const { now, idleCutoff, ageCutoff, graceCutoff } = bounds;
    const instants = [now, idleCutoff, ageCutoff, graceCutoff ?? 'infinity'];
    const { requireVerifiedEmail } = this.access;
    return [sessionId, secretDigest, generation, ...instants, ipAddress, userAgent, requireVerifiedEmail];
  }
}

export function claimedBy({ sessionId, generation, secret }: RefreshTokenPayload): Claimed {
  return { sessionId, generation, secretDigest: digestOf(secret) };
}
