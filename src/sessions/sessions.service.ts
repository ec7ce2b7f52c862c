import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, IsNull, LessThan, MoreThan, Or } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { type PageQuery, parseCursor } from '../platform/http';
import { Session } from './session.entity';
import { SessionSettings } from './session.settings';
import { UserSessionsStore } from './user-sessions.store';

/** Lists and revokes sessions. `SessionStore` opens and refreshes them. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly userSessions: UserSessionsStore,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
  ) {}

  /** Whether a session is not revoked, by the database and not by memory. */
  async isLive(sessionId: string): Promise<boolean> {
    return this.database.repository(Session).existsBy({ id: sessionId, revokedAt: IsNull() });
  }

  /** The live sessions of a user, newest first, and one more than the limit where there is one. */
  async findLive(userId: string, page: PageQuery): Promise<Session[]> {
    const { now, idleCutoff, ageCutoff } = this.settings.cutoffsAt(this.clock.nowMs());
    const after = parseCursor(page);
    return this.database.repository(Session).find({
      where: {
        userId,
        revokedAt: IsNull(),
        lastUsedAt: MoreThan(idleCutoff),
        createdAt: MoreThan(ageCutoff),
        endsAt: Or(IsNull(), MoreThan(now)),
        ...(after !== undefined && { id: LessThan(after) }),
      },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
  }

  /** @returns whether the session existed and was not revoked before */
  async revoke(sessionId: string): Promise<boolean> {
    return (await this.revokeWhere({ id: sessionId })) > 0;
  }

  /** @returns whether the user had such a session and it was not revoked before */
  async revokeOf(userId: string, sessionId: string): Promise<boolean> {
    return isUuid(sessionId) && (await this.revokeWhere({ id: sessionId, userId })) > 0;
  }

  /**
   * Revokes all sessions of a user except the one that is named, and prevents a sign-in in progress from opening another.
   * @returns how many sessions were revoked
   */
  async revokeAllOf(userId: string, { except }: { except?: string } = {}): Promise<number> {
    const count = await this.userSessions.revokeOf(userId, except ?? null, this.clock.now());
    if (count > 0) await this.feed.publishAfterCommit();
    return count;
  }

  /** @returns how many sessions were revoked */
  private async revokeWhere(which: FindOptionsWhere<Session>): Promise<number> {
    const sessions = this.database.repository(Session);
    const { affected } = await sessions.update(
      { ...which, revokedAt: IsNull() },
      { revokedAt: this.clock.now() },
    );
    await this.feed.publishAfterCommit();
    return affected ?? 0;
  }
}
