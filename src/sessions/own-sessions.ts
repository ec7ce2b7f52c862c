import { Injectable } from '@nestjs/common';
import type { Principal } from '../access';
import { Database } from '../platform/database';
import { EventBus } from '../platform/events';
import { SessionRevoked, SessionsRevoked } from './sessions.events';
import { SessionsService } from './sessions.service';

/** Revokes sessions on behalf of their own user, with an event. */
@Injectable()
export class OwnSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** @returns whether the user had such a session and it was not revoked before */
  async revoke({ userId }: Principal, sessionId: string): Promise<boolean> {
    return this.database.transaction(async () => {
      const revoked = await this.sessions.revokeOf(userId, sessionId);
      if (revoked) await this.events.publish(new SessionRevoked({ subjectId: userId, sessionId }));
      return revoked;
    });
  }

  async revokeAll(
    { userId, sessionId }: Principal,
    { includingCurrent }: { readonly includingCurrent: boolean },
  ): Promise<void> {
    await this.database.transaction(async () => {
      const count = await this.sessions.revokeAllOf(userId, includingCurrent ? {} : { except: sessionId });
      // Repeated requests must not fill the audit trail.
      if (count === 0) return;
      await this.events.publish(new SessionsRevoked({ subjectId: userId, details: { includingCurrent } }));
    });
  }
}
