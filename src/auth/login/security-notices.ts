import { Injectable } from '@nestjs/common';
import { RateLimiter } from '../../platform/rate-limits';
import { Clock, DAY_MS } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer, type MailType, type NoFacts } from '../../platform/mail';
import { type IssuedToken, OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { SessionsService } from '../../sessions';
import { UsersService } from '../../users';
import { NOTICE } from '../auth.rate-limits';
import { NEW_SIGN_IN, REFRESH_TOKEN_REUSED } from '../auth.mails';
import { NoticedSessionRevoked } from '../auth.events';

const SESSION_END: TokenPurpose = {
  name: 'session-end',
  prefix: 'se_',
  lifetimeMs: 7 * DAY_MS,
  lasting: true,
  independent: true,
};

export interface SessionNotice {
  readonly sessionId: string;
  readonly userId: string;
  readonly client: ClientInfo;
}

/** Mails owners about suspicious activity, with a link that revokes the session (ASVS 6.3.5, 6.3.7). */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
    private readonly attempts: RateLimiter,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Reports a sign-in on an unknown device after failed attempts. */
  async notifyNewSignIn(noticed: SessionNotice): Promise<void> {
    await this.send(NEW_SIGN_IN, noticed, async () => this.issueRevocationLink(noticed));
  }

  /** Reports that an earlier refresh token was used again and the session was revoked. */
  async notifyRefreshTokenReuse(noticed: SessionNotice): Promise<void> {
    await this.send(REFRESH_TOKEN_REUSED, noticed, async () => undefined);
  }

  /** Issues the token of a link that revokes a session, in the current transaction. */
  async issueRevocationLink({
    userId,
    sessionId,
  }: Pick<SessionNotice, 'userId' | 'sessionId'>): Promise<IssuedToken | undefined> {
    return (await this.tokens.issue(SESSION_END, { userId, details: { sessionId } })) ?? undefined;
  }

  /** Revokes the session of a notice mail. @throws InvalidOrExpiredToken */
  async revokeSession(token: string): Promise<void> {
    await this.tokens.get(SESSION_END, token);
    await this.database.transaction(async () => {
      const { userId, details } = await this.tokens.redeem(SESSION_END, token);
      const { sessionId = '' } = details;
      await this.sessions.revoke(sessionId);
      await this.events.publish(new NoticedSessionRevoked({ subjectId: userId, sessionId }));
    });
  }

  private async send(
    type: MailType<NoFacts>,
    { userId, client }: SessionNotice,
    link: () => Promise<IssuedToken | undefined>,
  ): Promise<void> {
    if (!(await this.attempts.tryConsume(NOTICE, userId))) return;
    await this.database.transaction(async () => {
      const user = await this.users.lock({ id: userId });
      if (!user) return;
      const event = { at: this.clock.now(), ipAddress: client.ipAddress };
      const { language } = client;
      await this.mailer.send(user, type, { language, token: await link(), event });
    });
  }
}
