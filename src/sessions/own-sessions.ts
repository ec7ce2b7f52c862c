import { Injectable } from '@nestjs/common';
import type { Principal } from '../access';
import { Database } from '../platform/database';
import { EventBus } from '../platform/events';
import { SessionRevoked, SessionsRevoked } from './sessions.events';
import { SessionsService } from './sessions.service';

/** What users do to their own sessions. */
@Injectable()
export class OwnSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** @returns whether the user had such a session that was not over */
  async revoke({ userId }: Principal, sessionId: string): Promise<boolean> {
    return this.database.transaction(async () => {
      const ended = await this.sessions.revokeOf(userId, sessionId);
      if (ended) await this.events.publish(new SessionRevoked({ subjectId: userId, sessionId }));
      return ended;
    });
  }

  async revokeAll(
    { userId, sessionId }: Principal,
    { includingCurrent }: { readonly includingCurrent: boolean },
  ): Promise<void> {
    await this.database.transaction(async () => {
      const count = await this.sessions.revokeAllOf(userId, includingCurrent ? {} : { except: sessionId });
      // Repeating it must not fill the audit trail.
      if (count === 0) return;
      await this.events.publish(new SessionsRevoked({ subjectId: userId, details: { includingCurrent } }));
    });
  }
}
