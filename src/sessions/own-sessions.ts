import { Injectable } from '@nestjs/common';
import type { Principal } from '../access';
import { Database } from '../platform/database';
import { Events } from '../platform/events';
import { SessionEnded, SessionsEnded } from './sessions.events';
import { SessionsService } from './sessions.service';

/** What users do to their own sessions. */
@Injectable()
export class OwnSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: Events,
  ) {}

  /** @returns whether the user had such a session that was not over */
  async end({ userId }: Principal, sessionId: string): Promise<boolean> {
    return this.database.transaction(async () => {
      const ended = await this.sessions.endOf(userId, sessionId);
      if (ended) await this.events.publish(new SessionEnded({ subjectId: userId, sessionId }));
      return ended;
    });
  }

  async endAll(
    { userId, sessionId }: Principal,
    { includingCurrent }: { readonly includingCurrent: boolean },
  ): Promise<void> {
    await this.database.transaction(async () => {
      const count = await this.sessions.endAllOf(userId, includingCurrent ? {} : { except: sessionId });
      // Repeating it must not fill the audit trail.
      if (count === 0) return;
      await this.events.publish(new SessionsEnded({ subjectId: userId, details: { includingCurrent } }));
    });
  }
}
