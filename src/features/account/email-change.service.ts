import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../access';
import { AccountUndo, ADDRESS_TAKEN, requireActiveUser, type Undoing } from '../../auth';
import { RegistrationAttempts } from '../../passwords';
import { RateLimiter } from '../../platform/rate-limits';
import { Clock, DAY_MS } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer, type MailDraft, type MailRequest } from '../../platform/mail';
import { InvalidOrExpiredToken, OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { type User, UsersService } from '../../users';
import { EMAIL_CHANGE_REQUEST } from './account.rate-limits';
import type { ChangeEmailRequest } from './account.dto';
import { EMAIL_CHANGE, EMAIL_CHANGE_NOTICE, EMAIL_CHANGE_NOTICE_WITHOUT_UNDO } from './account.mails';
import { EmailChanged, EmailChangeRequested, EmailChangeUndone } from './account.events';
import { OwnAccount } from './own-account';

const CONFIRMATION: TokenPurpose = { name: 'email-change', prefix: 'ec_', lifetimeMs: DAY_MS };
const UNDO: TokenPurpose = {
  name: 'email-change-undo',
  prefix: 'eu_',
  lifetimeMs: 7 * DAY_MS,
  lasting: true,
};

/** Changes the address of an account; the owner can undo the change from the former mailbox. */
@Injectable()
export class EmailChangeService implements OnModuleInit {
  private readonly logger = new Logger('Account');
  private readonly undoing: Undoing = {
    purpose: UNDO,
    since: ({ details: { askedAt = '' } }) => new Date(askedAt),
    publish: async ({ userId }) => this.events.publish(new EmailChangeUndone({ subjectId: userId })),
  };

  constructor(
    private readonly own: OwnAccount,
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly attempts: RegistrationAttempts,
    private readonly limits: RateLimiter,
    private readonly tokens: OneTimeTokens,
    private readonly account: AccountUndo,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {
    mailer.registerResolver(EMAIL_CHANGE, async (request) => this.resolve(request));
  }

  onModuleInit(): void {
    if (!this.account.isPossible)
      this.logger.warn(
        'No module sends the mail "address-restored" (password-reset does): a change of an e-mail address cannot be undone.',
      );
  }

  /**
   * Sends a mail to both mailboxes; only the mail to the new one reveals whether it is taken.
   * @throws InvalidCredentials where the password is wrong
   */
  async request(
    principal: Principal,
    { newEmail, password }: ChangeEmailRequest,
    { language }: ClientInfo,
  ): Promise<void> {
    const proven = await this.own.confirmPassword(principal, password);
    if (!(await this.limits.tryConsume(EMAIL_CHANGE_REQUEST, proven.id))) return;
    await this.database.transaction(async () => {
      const user = await this.own.lock(principal, proven);
      const { id: userId } = user;
      const confirmation = await this.tokens.issue(CONFIRMATION, { userId, details: { newEmail } });
      if (!confirmation) return;
      await this.events.publish(new EmailChangeRequested({ subjectId: userId }));
      await this.notify(user, language);
      const { token, expiresAt } = confirmation;
      const details = { userId, token, expiresAt: expiresAt.toISOString() };
      await this.mailer.request(EMAIL_CHANGE, { address: newEmail, language, details });
    });
  }

  /** @throws InvalidOrExpiredToken, also where the address was taken meanwhile */
  async confirm(token: string): Promise<void> {
    const { userId } = await this.tokens.get(CONFIRMATION, token);
    await this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { details } = await this.tokens.redeem(CONFIRMATION, token);
      const changed = await this.users.changeEmail(user, details.newEmail ?? '', this.reservedUntil());
      if (!changed) throw new InvalidOrExpiredToken();
      await this.events.publish(new EmailChanged({ subjectId: userId }));
      // A link that was sent to the former mailbox proves nothing about the new one.
      await this.tokens.revokeAllOf(userId);
      await this.attempts.drop(userId);
    });
  }

  /**
   * Recovers the account for the mailbox that it was to leave, or has left.
   * @throws InvalidOrExpiredToken
   */
  async undo(token: string, client: ClientInfo): Promise<void> {
    await this.account.undo(token, this.undoing, client);
  }

  /** Revokes the links of changes that are not confirmed yet. */
  async cancel(userId: string): Promise<void> {
    await this.tokens.revokeAllOf(userId, CONFIRMATION);
  }

  /** The latest expiry of the undo links that have been sent by now. */
  private reservedUntil(): Date {
    return new Date(this.clock.nowMs() + UNDO.lifetimeMs);
  }

  /** Sends the notice to the current mailbox, with the link that undoes the change where there can be one. */
  private async notify(user: User, language: string | null): Promise<void> {
    if (!this.account.isPossible)
      return this.mailer.send(user, EMAIL_CHANGE_NOTICE_WITHOUT_UNDO, { language });
    const details = { email: user.email, askedAt: this.clock.now().toISOString() };
    const token = await this.tokens.issue(UNDO, { userId: user.id, details });
    if (token) await this.mailer.send(user, EMAIL_CHANGE_NOTICE, { language, token });
  }

  private async resolve({ address: to, details = {}, language }: MailRequest): Promise<MailDraft | null> {
    const { userId = '', token = '', expiresAt = '' } = details;
    if (await this.users.isTaken(to, userId)) return { type: ADDRESS_TAKEN, to, language };
    return { type: EMAIL_CHANGE, to, language, token: { token, expiresAt: new Date(expiresAt) } };
  }
}
