import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AccessSettings, CLOCK_SKEW_SECONDS, type Principal } from '../access';
import { ChangeFeed } from '../platform/change-feed';
import { Clock } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import type { ClientInfo } from '../platform/http';
import { Keyring } from '../platform/keyring';
import { decryptJti, encryptJti } from './encrypted-jti';
import type { OpenSession, RotationResult, RotationRow, SessionRow, SessionUser } from './open-session';
import { digestOf, readRefreshToken, SECRET_BYTES, writeRefreshToken } from './refresh-token';
import type { RefreshTokenPayload } from './refresh-token';
import { Session } from './session.entity';
import { type SessionCutoffs, SessionSettings } from './session.settings';

const COLUMNS = `s.id, s.user_id AS "userId", s.methods, s.authenticated_at AS "authenticatedAt", s.created_at AS "createdAt"`;
const LIVE = 's.revoked_at IS NULL AND s.last_used_at > $5 AND s.created_at > $6';
const MAY_GO_ON = `u.status = 'active' AND (u.email_verified OR NOT $10)`;
// A rotation dated in the future was written under a clock that has gone back since, so its age is unknown.
const REPLAYED = `s.generation = $3 + 1 AND s.rotated_at BETWEEN $7 AND $4::timestamptz + make_interval(secs => ${CLOCK_SKEW_SECONDS})`;

// Compares the epoch that was read before the password was checked. Revoking all sessions raises the epoch first, so either
// it sees this row, or this statement sees the raised epoch.
const OPEN: Statement = {
  name: 'session-open',
  text: `
    INSERT INTO sessions (id, user_id, secret_digest, generation, methods, rotated_at, last_used_at, authenticated_at,
      created_at, ip_address, user_agent)
    SELECT $1, id, $3, 0, $4, $5, $5, $5, $5, $6, $7 FROM users
    WHERE id = $2 AND status = 'active' AND sessions_epoch = $8
    FOR SHARE RETURNING id`,
};

// Locks the row before it decides, so of any number of parallel refreshes one rotates and the others see that it did.
// Reads the user in the same statement, so that a refresh is one round trip.
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
      WHERE s.id = $1 AND s.secret_digest = $2 FOR NO KEY UPDATE OF s
    ), written AS (
      UPDATE sessions s SET
        generation = CASE p.outcome WHEN 'rotated' THEN s.generation + 1 ELSE s.generation END,
        rotated_at = CASE p.outcome WHEN 'rotated' THEN $4 ELSE s.rotated_at END,
        last_used_at = CASE p.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END,
        revoked_at = CASE p.outcome WHEN 'reused' THEN $4 END,
        ip_address = CASE p.outcome WHEN 'rotated' THEN $8 ELSE s.ip_address END, user_agent = CASE p.outcome WHEN 'rotated' THEN $9 ELSE s.user_agent END
      FROM presented p WHERE s.id = p.id AND p.outcome IN ('rotated', 'reused')
    )
    SELECT s.outcome, ${COLUMNS}, s.access_version AS "accessVersion", s.roles, $3::integer + 1 AS generation,
      CASE s.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END AS "lastUsedAt"
    FROM presented s`,
};

// An access token may be older than the refresh token beside it, so an earlier generation is no sign of theft here. A
// request whose answer was lost gets the same generation again instead of one more.
const RENEW: Statement = {
  name: 'session-renew',
  text: `
    UPDATE sessions s SET
      generation = CASE WHEN ${REPLAYED} THEN s.generation ELSE s.generation + 1 END,
      rotated_at = CASE WHEN ${REPLAYED} THEN s.rotated_at ELSE $4 END,
      last_used_at = greatest(s.last_used_at, $4), authenticated_at = $4, ip_address = $8, user_agent = $9
    FROM users u
    WHERE s.id = $1 AND s.secret_digest = $2 AND s.generation >= $3 AND ${LIVE}
      AND s.generation < 2147483647 AND u.id = s.user_id AND ${MAY_GO_ON} AND u.sessions_epoch = $11
    RETURNING ${COLUMNS}, u.access_version AS "accessVersion", u.roles, s.generation, s.last_used_at AS "lastUsedAt"`,
};

const REVOKE_PRESENTED: Statement = {
  name: 'session-revoke-presented',
  text: `UPDATE sessions SET revoked_at = $4
    WHERE id = $1 AND secret_digest = $2 AND generation >= $3 AND revoked_at IS NULL
    RETURNING id, user_id AS "userId"`,
};

/** Opens, rotates and renews sessions. Each decision is one statement. */
@Injectable()
export class SessionStore implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
    private readonly access: AccessSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('refresh')).material;
  }

  /**
   * @param user as read before the credentials were checked
   * @param methods how the user authenticated (RFC 8176)
   * @returns null where the user was disabled, deleted or signed out everywhere since
   */
  async open(user: SessionUser, methods: readonly string[], client: ClientInfo): Promise<OpenSession | null> {
    const [id, now, secret] = [this.clock.newId(), this.clock.now(), randomBytes(SECRET_BYTES)];
    const { id: userId, accessVersion, roles, sessionsEpoch } = user;
    const { ipAddress, userAgent } = client;
    const parameters = [id, userId, digestOf(secret), methods, now, ipAddress, userAgent, sessionsEpoch];
    if ((await this.database.query(OPEN, parameters)).length === 0) return null;
    const instants = { authenticatedAt: now, createdAt: now, lastUsedAt: now };
    return this.opened(
      { id, userId, generation: 0, methods, accessVersion, roles, ...instants },
      secret,
      now,
    );
  }

  /** Exchanges a refresh token for the next generation of its session. */
  async rotate(refreshToken: string, client: ClientInfo): Promise<RotationResult> {
    const token = readRefreshToken(refreshToken, this.key);
    if (!token) return { outcome: 'refused' };
    const cutoffs = this.settings.cutoffsAt(this.clock.nowMs());
    const parameters = this.parametersOf(token, cutoffs, client);
    const [row] = await this.database.query<RotationRow>(ROTATE, parameters);
    if (!row || row.outcome === 'refused') return { outcome: 'refused' };
    if (row.outcome !== 'reused')
      return { outcome: row.outcome, session: this.opened(row, token.secret, cutoffs.now) };
    await this.feed.publishAfterCommit();
    return { outcome: 'reused', sessionId: row.id, userId: row.userId };
  }

  /**
   * Gives a session a new `authenticatedAt` and its next generation, after its user has authenticated again.
   * @param sessionsEpoch of the user as read before the credentials were checked
   * @returns null where the session is no longer live
   */
  async renew(
    { sessionId, jti }: Pick<Principal, 'sessionId' | 'jti'>,
    sessionsEpoch: number,
    client: ClientInfo,
  ): Promise<OpenSession | null> {
    const token = decryptJti(jti, sessionId, this.key);
    if (!token) return null;
    const cutoffs = this.settings.cutoffsAt(this.clock.nowMs());
    const parameters = [...this.parametersOf(token, cutoffs, client), sessionsEpoch];
    const [row] = await this.database.query<SessionRow>(RENEW, parameters);
    return row ? this.opened(row, token.secret, cutoffs.now) : null;
  }

  /** The owner of a refresh token of the current or the previous generation; only `rotate` decides whether it is accepted. */
  async findOwner(refreshToken: string): Promise<{ readonly userId: string } | null> {
    const token = readRefreshToken(refreshToken, this.key);
    if (!token) return null;
    const generation = In([token.generation, token.generation + 1]);
    const where = {
      id: token.sessionId,
      secretDigest: digestOf(token.secret),
      revokedAt: IsNull(),
      generation,
    };
    return this.database.repository(Session).findOne({ select: { id: true, userId: true }, where });
  }

  /**
   * Revokes the session of a refresh token of any generation it has had.
   * @returns the session; null where nothing was revoked, because the token is not genuine or the session is over
   */
  async revokeByRefreshToken(refreshToken: string): Promise<Pick<Session, 'id' | 'userId'> | null> {
    const token = readRefreshToken(refreshToken, this.key);
    if (!token) return null;
    const parameters = [token.sessionId, digestOf(token.secret), token.generation, this.clock.now()];
    const [revoked] = await this.database.query<Session>(REVOKE_PRESENTED, parameters);
    await this.feed.publishAfterCommit();
    return revoked ?? null;
  }

  private opened(row: SessionRow, secret: Buffer, issuedAt: Date): OpenSession {
    const token = { sessionId: row.id, generation: row.generation, secret };
    return {
      ...row,
      jti: encryptJti(token, this.key),
      refreshToken: writeRefreshToken(token, this.key),
      issuedAt,
      expiresAt: this.settings.absoluteExpiryOf(row),
      refreshExpiresAt: this.settings.expiryOf(row),
    };
  }

  private parametersOf(token: RefreshTokenPayload, cutoffs: SessionCutoffs, client: ClientInfo): unknown[] {
    const { now, idleCutoff, ageCutoff, graceCutoff } = cutoffs;
    const instants = [now, idleCutoff, ageCutoff, graceCutoff ?? 'infinity'];
    const { ipAddress, userAgent } = client;
    const own = [token.sessionId, digestOf(token.secret), token.generation];
    return [...own, ...instants, ipAddress, userAgent, this.access.requireVerifiedEmail];
  }
}
