import { Injectable } from '@nestjs/common';
import { Clock, DAY_MS } from '../../platform/clock';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { RateLimiter } from '../../platform/rate-limits';
import type { User } from '../../users';
import { AccountUndo } from '../account-undo';
import { NOTICE, SECOND_STEP_FAILURES } from '../auth.rate-limits';
import { SecurityNotices } from '../login/security-notices';
import {
  FACTOR_ADDED,
  FACTOR_REMOVED,
  FIRST_FACTOR_ADDED,
  FIRST_FACTOR_ADDED_WITHOUT_UNDO,
  SECOND_STEP_FAILED,
} from './second-step.mails';

/** The link in the notice of the first factor. */
export const FACTORS_UNDO: TokenPurpose = {
  name: 'factors-undo',
  prefix: 'fu_',
  lifetimeMs: 7 * DAY_MS,
  lasting: true,
};

interface Change {
  /** The session that made it. */
  readonly sessionId: string;
  readonly language: string | null;
}

/** Mails users about their factors (ASVS 6.3.7), in the transaction that has locked the user. */
@Injectable()
export class FactorNotices {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly notices: SecurityNotices,
    private readonly undo: AccountUndo,
    private readonly mailer: Mailer,
    private readonly limits: RateLimiter,
    private readonly clock: Clock,
  ) {}

  async notifyAdded(
    user: User,
    { sessionId, language, isFirst }: Change & { readonly isFirst: boolean },
  ): Promise<void> {
    if (!isFirst) return this.notifyWithLink(user, FACTOR_ADDED, { sessionId, language });
    if (!this.undo.isPossible) return this.mailer.send(user, FIRST_FACTOR_ADDED_WITHOUT_UNDO, { language });
    const details = { email: user.email };
    const token = (await this.tokens.issue(FACTORS_UNDO, { userId: user.id, details })) ?? undefined;
    await this.mailer.send(user, FIRST_FACTOR_ADDED, { language, token });
  }

  async notifyRemoved(user: User, change: Change): Promise<void> {
    await this.notifyWithLink(user, FACTOR_REMOVED, change);
  }

  /** Reports the third wrong proof of a day: the password is known to another person. */
  async notifyFailure(user: User, { language, ipAddress }: ClientInfo): Promise<void> {
    if (await this.limits.tryConsume(SECOND_STEP_FAILURES, user.id)) return;
    if (!(await this.limits.tryConsume(NOTICE, user.id))) return;
    await this.mailer.send(user, SECOND_STEP_FAILED, {
      language,
      event: { at: this.clock.now(), ipAddress },
    });
  }

  private async notifyWithLink(
    user: User,
    type: typeof FACTOR_ADDED,
    { sessionId, language }: Change,
  ): Promise<void> {
    const token = await this.notices.issueRevocationLink({ userId: user.id, sessionId });
    await this.mailer.send(user, type, { language, token });
  }
}
