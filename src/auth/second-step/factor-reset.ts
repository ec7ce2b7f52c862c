import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import { Mailer } from '../../platform/mail';
import { UsersService } from '../../users';
import { AccountRecovery, SINCE_CREATION } from '../account-recovery';
import { FACTORS_RESET } from '../auth.mails';
import { FactorsReset } from '../second-step.events';
import { Factors } from './factors.service';

/** Removes the factors that a user has lost, for an operator who has verified who asks. */
@Injectable()
export class FactorReset {
  constructor(
    private readonly factors: Factors,
    private readonly recovery: AccountRecovery,
    private readonly users: UsersService,
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {}

  /**
   * Removes all factors, recovery codes, known devices and sessions of a user. The password is void, too, because an attacker who has
   * only the password is the person that the factors kept out. The user sets a new one with a link in a mail.
   * @param reason for the audit trail
   * @returns how many factors were removed
   * @throws Error where the account is disabled or has no factor, or where no module sends that link
   */
  async reset(userId: string, reason: string): Promise<number> {
    if (!this.mailer.resolves(FACTORS_RESET))
      throw new Error(
        'No module sends the mail that sets a new password.\n  → keep PasswordResetModule in src/core.module.ts',
      );
    return this.database.transaction(async () => {
      const user = await this.users.lock({ id: userId });
      if (user?.status !== 'active')
        throw new Error('The account is disabled or deleted. An admin has to enable it first.');
      const { length: removed } = await this.factors.list(userId);
      if (removed === 0) throw new Error('The account has no second factor.');
      await this.factors.removeSince(userId, SINCE_CREATION);
      await this.recovery.revokeCredentials(userId, SINCE_CREATION);
      const details = { reason, command: 'users:factors:reset' };
      await this.events.publish(new FactorsReset({ subjectId: userId, actorId: null, details }));
      await this.mailer.request(FACTORS_RESET, { address: user.email, language: null, isUnlimited: true });
      return removed;
    });
  }
}
