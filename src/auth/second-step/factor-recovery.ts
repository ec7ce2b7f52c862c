import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus, OnDomainEvent } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { InvalidOrExpiredToken, OneTimeTokens } from '../../platform/one-time-tokens';
import { UsersService } from '../../users';
import { AccountRecovery, CredentialsRevoked, requireActiveUser, SINCE_CREATION } from '../account-recovery';
import { ADDRESS_RESTORED } from '../auth.mails';
import { FACTORS_UNDO, FactorNotices } from './factor-notices';
import { Factors } from './factors.service';
import { FactorsUndone } from '../second-step.events';

/** Removes the factors that another person may have added, so that they do not lock the owner out. */
@Injectable()
export class FactorRecovery {
  constructor(
    private readonly factors: Factors,
    private readonly notices: FactorNotices,
    private readonly recovery: AccountRecovery,
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersService,
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Removes all factors and recovers the account for the mailbox that got the notice of the first factor.
   * @throws InvalidOrExpiredToken
   */
  async undo(token: string, { language }: ClientInfo): Promise<void> {
    if (!this.notices.canUndo) throw new InvalidOrExpiredToken();
    const { userId } = await this.tokens.get(FACTORS_UNDO, token);
    await this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { details } = await this.tokens.redeem(FACTORS_UNDO, token);
      const { email = '' } = details;
      const reservedUntil = new Date(this.clock.nowMs() + FACTORS_UNDO.lifetimeMs);
      if (!(await this.users.restoreEmail(user, email, reservedUntil))) throw new InvalidOrExpiredToken();
      await this.recovery.recover(userId, { hash: null, since: SINCE_CREATION });
      await this.events.publish(new FactorsUndone({ subjectId: userId, actorId: null }));
      await this.mailer.request(ADDRESS_RESTORED, { address: email, language, isUnlimited: true });
    });
  }

  /** A password that was reset by mail keeps the factors: the mailbox alone must not replace a second factor (ASVS 6.4.3). */
  @OnDomainEvent(CredentialsRevoked, 'inTransaction')
  async removeSuspects({ userId, since }: CredentialsRevoked): Promise<void> {
    if (since === null) return;
    const isUndoable = (await this.tokens.findActive(FACTORS_UNDO, userId)).length > 0;
    await this.factors.removeSince(userId, isUndoable ? SINCE_CREATION : since);
  }
}
