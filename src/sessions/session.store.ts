import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { AccessSettings, acrOf, type Principal, satisfiesAcr } from '../access';
import { ChangeFeed } from '../platform/change-feed';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import type { ClientInfo } from '../platform/http';
import { Keyring } from '../platform/keyring';
import { decryptJti, encryptJti } from './encrypted-jti';
import type {
  Authentication,
  OpenSession,
  RotationResult,
  RotationRow,
  SessionRow,
  SessionUser,
} from './open-session';
import { digestOf, readRefreshToken, SECRET_BYTES, writeRefreshToken } from './refresh-token';
import type { RefreshTokenPayload } from './refresh-token';
import { Session } from './session.entity';
import { OPEN, RENEW, REVOKE_PRESENTED, ROTATE } from './session.statements';
import { type SessionCutoffs, SessionSettings } from './session.settings';

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
   * Opens a session for a user whose authentication is complete.
   * @param user as read before the credentials were checked
   * @returns null where the user was disabled, deleted or signed out everywhere since, or has a factor that the methods do not include
   */
  async open(
    user: SessionUser,
    { methods, authenticatedAt, endsAt = null }: Authentication,
    client: ClientInfo,
  ): Promise<OpenSession | null> {
    const [id, now, secret] = [this.clock.newId(), this.clock.now(), randomBytes(SECRET_BYTES)];
    const { id: userId, accessVersion, roles, sessionsEpoch } = user;
    const { ipAddress, userAgent } = client;
    const device = [methods, now, ipAddress, userAgent, sessionsEpoch];
    const parameters = [
      id,
      userId,
      digestOf(secret),
      ...device,
      authenticatedAt,
      endsAt,
      passesFactors(methods),
    ];
    if ((await this.database.query(OPEN, parameters)).length === 0) return null;
    const instants = { authenticatedAt, createdAt: now, lastUsedAt: now, endsAt };
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
   * Replaces how and when the user of a session authenticated, and gives it its next generation.
   * @param sessionsEpoch of the user as read before the credentials were checked
   * @returns null where the session is no longer live, or the user has a factor that the methods do not include
   */
  async renew(
    { sessionId, jti }: Pick<Principal, 'sessionId' | 'jti'>,
    sessionsEpoch: number,
    { methods, authenticatedAt }: Authentication,
    client: ClientInfo,
  ): Promise<OpenSession | null> {
    const token = decryptJti(jti, sessionId, this.key);
    if (!token) return null;
    const cutoffs = this.settings.cutoffsAt(this.clock.nowMs());
    const authentication = [sessionsEpoch, authenticatedAt, methods, passesFactors(methods)];
    const parameters = [...this.parametersOf(token, cutoffs, client), ...authentication];
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

/** Whether a sign-in by these methods may be completed for a user who has a factor. */
function passesFactors(methods: readonly string[]): boolean {
  return satisfiesAcr(acrOf(methods), 'aal2');
}
