import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { requireActiveUser, AccountRecovery } from '../../auth';
import { RegistrationAttempts } from '../../passwords';
import { RateLimiter } from '../../platform/rate-limits';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer, type MailDraft, type MailRequest } from '../../platform/mail';
import { InvalidOrExpiredToken, OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { UsersService } from '../../users';
import { EMAIL_CHANGE_REQUEST } from './account.rate-limits';
import type { ChangeEmailRequest } from './account.dto';
import { EmailChanged, EmailChangeRequested, EmailChangeUndone } from './account.events';
import { OwnAccount } from './own-account';

const DAY_MS = 86_400_000;
const EMAIL_CHANGE: TokenPurpose = { name: 'email-change', prefix: 'ec_', lifetimeMs: DAY_MS };
const EMAIL_CHANGE_UNDO: TokenPurpose = {
  name: 'email-change-undo',
  prefix: 'eu_',
  lifetimeMs: 7 * DAY_MS,
  lasting: true,
};

/** Moving an account to another mailbox, which its owner can take back from the former one. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly own: OwnAccount,
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly attempts: RegistrationAttempts,
    private readonly budgets: RateLimiter,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {
    mailer.registerResolver('email-change', async (wish) => this.grant(wish));
  }

  /**
   * Writes to both mailboxes; whether the new address is taken shows in its own only.
   * @throws InvalidCredentials where the password is wrong
   */
  async request(
    principal: Principal,
    { newEmail, password }: ChangeEmailRequest,
    { language }: ClientInfo,
  ): Promise<void> {
    const proven = await this.own.confirmPassword(principal, password);
    if (!(await this.budgets.tryConsume(EMAIL_CHANGE_REQUEST, proven.id))) return;
    await this.database.transaction(async () => {
      const user = await this.own.lock(principal, proven);
      const { id: userId, email } = user;
      const confirmation = await this.tokens.issue(EMAIL_CHANGE, { userId, details: { newEmail } });
      if (!confirmation) return;
      const undo = await this.tokens.issue(EMAIL_CHANGE_UNDO, { userId, details: { email } });
      await this.events.publish(new EmailChangeRequested({ subjectId: userId }));
      if (undo) await this.mailer.send(user, { kind: 'email-change-notice', language, token: undo });
      const { token, expiresAt } = confirmation;
      const details = { userId, token, expiresAt: expiresAt.toISOString() };
      await this.mailer.request({ kind: 'email-change', address: newEmail, language, details });
    });
  }

  /** @throws InvalidOrExpiredToken, also where the address was taken meanwhile */
  async confirm(token: string): Promise<void> {
    const { userId } = await this.tokens.get(EMAIL_CHANGE, token);
    await this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { details } = await this.tokens.redeem(EMAIL_CHANGE, token);
      const changed = await this.users.changeEmail(user, details.newEmail ?? '', this.reservedUntil());
      if (!changed) throw new InvalidOrExpiredToken();
      await this.events.publish(new EmailChanged({ subjectId: userId }));
      // What went to the former mailbox says nothing about the new one.
      await this.tokens.revokeAllOf(userId);
      await this.attempts.drop(userId);
    });
  }

  /** Takes the account back to the mailbox that it was to leave, or has left. @throws InvalidOrExpiredToken */
  async undo(token: string, { language }: ClientInfo): Promise<void> {
    const { userId } = await this.tokens.get(EMAIL_CHANGE_UNDO, token);
    await this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { details } = await this.tokens.redeem(EMAIL_CHANGE_UNDO, token);
      const { email = '' } = details;
      const restored = await this.users.restoreEmail(user, email, this.reservedUntil());
      if (!restored) throw new InvalidOrExpiredToken();
      await this.recovery.recover(userId, null);
      await this.events.publish(new EmailChangeUndone({ subjectId: userId }));
      await this.mailer.request({ kind: 'address-restored', address: email, language, isUnlimited: true });
    });
  }

  /** Ends what was asked for and is not confirmed yet. */
  async cancel(userId: string): Promise<void> {
    await this.tokens.revokeAllOf(userId, EMAIL_CHANGE);
  }

  /** As long as any undo link that was sent by now may work. */
  private reservedUntil(): Date {
    return new Date(this.clock.nowMs() + EMAIL_CHANGE_UNDO.lifetimeMs);
  }

  private async grant({ address: to, details = {}, language }: MailRequest): Promise<MailDraft | null> {
    const { userId = '', token = '', expiresAt = '' } = details;
    if (await this.users.isTaken(to, userId)) return { kind: 'address-taken', to, language };
    return { kind: 'email-change', to, language, token: { token, expiresAt: new Date(expiresAt) } };
  }
}
