import { Injectable } from '@nestjs/common';
import { DAY_MS } from '../../platform/clock';
import {
  ADDRESS_TAKEN,
  AccountRecovery,
  InvalidCredentials,
  LoginLimits,
  REGISTRATION_MAIL,
  SINCE_CREATION,
} from '../../auth';
import { type AttemptedRegistration, RegistrationAttempts } from '../../passwords';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer, type MailDraft, type MailRequest } from '../../platform/mail';
import { InvalidOrExpiredToken, OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { type User, UsersService } from '../../users';
import { PasswordRequired } from './email-verification.errors';
import { EMAIL_VERIFICATION } from './email-verification.mails';
import { EmailVerificationFailed, EmailVerified } from './email-verification.events';

const VERIFICATION: TokenPurpose = {
  name: 'email-verification',
  prefix: 'ev_',
  lifetimeMs: DAY_MS,
};

@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly attempts: RegistrationAttempts,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly limits: LoginLimits,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {
    mailer.registerResolver(REGISTRATION_MAIL, async (request) => this.resolve(request, addressTaken));
    mailer.registerResolver(EMAIL_VERIFICATION, async (request) => this.resolve(request, () => null));
  }

  /** Requests the mail again, without revealing whether the account exists. */
  async resend(email: string, { language }: ClientInfo): Promise<void> {
    await this.mailer.request(EMAIL_VERIFICATION, { address: email, language });
  }

  /**
   * Verifies the address with the token of the mail. Where the address was registered more than once, the password selects the
   * registration that is kept, and the sessions of the others are revoked.
   * @throws InvalidOrExpiredToken, PasswordRequired, or InvalidCredentials where no registration has this password
   */
  async verify(token: string, password: string | null): Promise<void> {
    const { userId } = await this.tokens.get(VERIFICATION, token);
    // Outside the transaction, as it is slow; the transaction decides whether it is needed.
    const picked = password === null ? null : await this.attempts.pick(userId, password);
    try {
      await this.database.transaction(async () => this.redeem(token, userId, { password, picked }));
    } catch (error) {
      // Outside the transaction, which is rolled back.
      if (error instanceof InvalidCredentials)
        await this.events.publish(new EmailVerificationFailed({ subjectId: userId }));
      throw error;
    }
  }

  private async redeem(
    token: string,
    userId: string,
    { password, picked }: { readonly password: string | null; readonly picked: AttemptedRegistration | null },
  ): Promise<void> {
    const user = await this.users.lock({ id: userId });
    if (!user) throw new InvalidOrExpiredToken();
    await this.tokens.redeem(VERIFICATION, token);
    // Under the lock: another link may have been redeemed while the password was checked.
    if (password !== null && !picked)
      throw new InvalidCredentials('No registration of this address has this password.');
    await this.limits.resetAccount(user.email);
    await this.events.publish(new EmailVerified({ subjectId: userId }));
    if ((await this.attempts.count(userId)) === 0) return this.users.verifyEmail(userId);
    if (!picked) throw new PasswordRequired();
    await this.recovery.recover(userId, { hash: picked.hash, since: SINCE_CREATION });
    if (picked.displayName !== undefined) await this.users.rename(userId, picked.displayName);
  }

  private async resolve(
    { address, language }: MailRequest,
    ifVerified: (user: User, language: string | null) => MailDraft | null,
  ): Promise<MailDraft | null> {
    const user = await this.users.lock({ email: address });
    if (user?.status !== 'active') return null;
    if (user.emailVerified) return ifVerified(user, language);
    const token = await this.tokens.issue(VERIFICATION, { userId: user.id });
    return token && { type: EMAIL_VERIFICATION, to: user.email, language, token };
  }
}

function addressTaken({ email }: User, language: string | null): MailDraft {
  return { type: ADDRESS_TAKEN, to: email, language };
}
