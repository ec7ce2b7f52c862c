import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type FindOptionsWhere, IsNull, LessThan, MoreThan } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Principal } from '../access';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { type ClientInfo, type PageQuery, parseCursor } from '../platform/http';
import { Keyring } from '../platform/keyring';
import { UserSessionsStore } from './user-sessions.store';
import type { OpenSession, RotationResult, SessionUser } from './open-session';
import { digestOf, readRefreshToken, SECRET_BYTES, writeRefreshToken } from './refresh-token';
import { decryptJti, encryptJti } from './encrypted-jti';
import { Session } from './session.entity';
import { type SessionCutoffs, SessionSettings } from './session.settings';
import { claimedBy, type RevokedSession, type SessionRow, SessionStore } from './session.store';

/** Where somebody is signed in. Knows the user's id and nothing else of them. */
@Injectable()
export class SessionsService implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly store: SessionStore,
    private readonly all: UserSessionsStore,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('refresh')).material;
  }

  /**
   * @param user as read before they proved who they are
   * @param methods how they did (RFC 8176)
   * @returns null where they were disabled, deleted, or signed out everywhere in the meantime
   */
  async open(user: SessionUser, methods: string[], client: ClientInfo): Promise<OpenSession | null> {
    const now = this.clock.now();
    const secret = randomBytes(SECRET_BYTES);
    const row = { id: this.clock.newId(), userId: user.id, methods, createdAt: now };
    const session = { ...row, ...client, secretDigest: digestOf(secret) };
    if (!(await this.store.open(session, user.sessionsEpoch))) return null;
    const { accessVersion, roles } = user;
    return this.opened(
      { ...row, generation: 0, authenticatedAt: now, lastUsedAt: now, accessVersion, roles },
      secret,
      now,
    );
  }

  /** Whether a session is not over, by what the database has and not by memory. */
  async isLive(sessionId: string): Promise<boolean> {
    return this.database.repository(Session).existsBy({ id: sessionId, revokedAt: IsNull() });
  }

  /** The sessions of a user that are not over, newest first; one more than was asked for, where there is one. */
  async findLive(userId: string, page: PageQuery): Promise<Session[]> {
    const { idleCutoff, ageCutoff } = this.bounds();
    const after = parseCursor(page);
    return this.database.repository(Session).find({
      where: {
        userId,
        revokedAt: IsNull(),
        lastUsedAt: MoreThan(idleCutoff),
        createdAt: MoreThan(ageCutoff),
        ...(after !== undefined && { id: LessThan(after) }),
      },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
  }

  /** Whose session a refresh token is of, where it may be the token's turn; whether it is, only `rotate` knows. */
  async findOwner(refreshToken: string): Promise<{ readonly userId: string } | null> {
    const claim = readRefreshToken(refreshToken, this.key);
    return claim ? this.store.findOwner(claimedBy(claim)) : null;
  }

  /** Takes a refresh token for the next generation of its session. */
  async rotate(refreshToken: string, client: ClientInfo): Promise<RotationResult> {
    const claim = readRefreshToken(refreshToken, this.key);
    const cutoffs = this.bounds();
    const row = claim && (await this.store.rotate(claimedBy(claim), cutoffs, client));
    if (!claim || !row || row.outcome === 'refused') return { outcome: 'refused' };
    if (row.outcome !== 'reused')
      return { outcome: row.outcome, session: this.opened(row, claim.secret, cutoffs.now) };
    await this.feed.publishAfterCommit();
    return { outcome: 'reused', sessionId: row.id, userId: row.userId };
  }

  /**
   * The same session after its user proved again who they are: a new `authenticatedAt` and the next generation.
   * @param sessionsEpoch of the user as read before they did
   * @returns null where the session is no longer live
   */
  async renew(
    { sessionId, tokenId }: Pick<Principal, 'sessionId' | 'tokenId'>,
    sessionsEpoch: number,
    client: ClientInfo,
  ): Promise<OpenSession | null> {
    const claim = decryptJti(tokenId, sessionId, this.key);
    const bounds = this.bounds();
    const row = claim && (await this.store.renew(claimedBy(claim), bounds, client, sessionsEpoch));
    return claim && row ? this.opened(row, claim.secret, bounds.now) : null;
  }

  /** @returns whether there was such a session that was not over */
  async revoke(sessionId: string): Promise<boolean> {
    return (await this.revokeWhere({ id: sessionId })) > 0;
  }

  /** @returns whether the user had such a session */
  async revokeOf(userId: string, sessionId: string): Promise<boolean> {
    return isUuid(sessionId) && (await this.revokeWhere({ id: sessionId, userId })) > 0;
  }

  /**
   * Ends all sessions of a user, but for one where that is named, and lets no sign-in that is under way open another.
   * @returns how many there were that were not over
   */
  async revokeAllOf(userId: string, { except }: { except?: string } = {}): Promise<number> {
    const count = await this.all.revokeOf(userId, except ?? null, this.clock.now());
    if (count > 0) await this.feed.publishAfterCommit();
    return count;
  }

  /**
   * Ends the session of a refresh token of any generation it has had.
   * @returns which one; null where nothing was ended, the token not being genuine or the session over
   */
  async revokeByRefreshToken(refreshToken: string): Promise<RevokedSession | null> {
    const claim = readRefreshToken(refreshToken, this.key);
    if (!claim) return null;
    const ended = await this.store.revokePresented(claimedBy(claim), this.clock.now());
    await this.feed.publishAfterCommit();
    return ended;
  }

  /** @returns how many were ended now */
  private async revokeWhere(which: FindOptionsWhere<Session>): Promise<number> {
    const sessions = this.database.repository(Session);
    const { affected } = await sessions.update(
      { ...which, revokedAt: IsNull() },
      { revokedAt: this.clock.now() },
    );
    await this.feed.publishAfterCommit();
    return affected ?? 0;
  }

  private opened(row: SessionRow, secret: Buffer, issuedAt: Date): OpenSession {
    const { id, userId, methods, authenticatedAt, accessVersion, roles, generation } = row;
    const claim = { sessionId: id, generation, secret };
    return {
      id,
      userId,
      methods,
      authenticatedAt,
      accessVersion,
      roles,
      issuedAt,
      refreshToken: writeRefreshToken(claim, this.key),
      refreshExpiresAt: this.settings.expiryOf(row),
      endsAt: this.settings.absoluteExpiryOf(row),
      tokenId: encryptJti(claim, this.key),
    };
  }

  private bounds(): SessionCutoffs {
    return this.settings.cutoffsAt(this.clock.nowMs());
  }
}
