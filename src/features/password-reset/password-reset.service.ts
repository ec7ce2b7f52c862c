import { Injectable } from '@nestjs/common';
import { requireActiveUser, DeviceTokens, AccountRecovery, LoginLimits } from '../../auth';
import { PasswordPolicy, PasswordsService } from '../../passwords';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type MailKind, Mailer, type MailDraft, type MailRequest } from '../../platform/mail';
import { OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { UsersService } from '../../users';
import type { ResetPasswordRequest } from './password-reset.dto';
import { PasswordReset, PasswordResetRequested } from './password-reset.events';

const PASSWORD_RESET: TokenPurpose = { name: 'password-reset', prefix: 'pr_', lifetimeMs: 3_600_000 };

/** Setting a password without the old one, by proof of the mailbox. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly policy: PasswordPolicy,
    private readonly passwords: PasswordsService,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly devices: DeviceTokens,
    private readonly limits: LoginLimits,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {
    // The second is that of an account whose password is void, the third that of an address with as many registrations as are kept.
    for (const kind of ['password-reset', 'address-restored', 'registration-not-kept'] as const)
      mailer.registerResolver(kind, async (wish) => this.grant(wish, kind));
  }

  /** Asks for the mail; who asks learns nothing. */
  async forgot(email: string, { language }: ClientInfo): Promise<void> {
    // Looked up in the same time whoever it is.
    const user = await this.users.findByEmail(email);
    await this.database.transaction(async () => {
      await this.events.publish(new PasswordResetRequested({ actorId: null, subjectId: user?.id ?? null }));
      await this.mailer.request({ kind: 'password-reset', address: email, language });
    });
  }

  /**
   * Takes the token of the mail for a new password, and ends every session.
   * @returns a device token: the older ones are void
   * @throws InvalidOrExpiredToken, or ValidationFailed where the password does not follow the policy: the token stays good then
   */
  async reset({ token, newPassword }: ResetPasswordRequest, client: ClientInfo): Promise<string> {
    const { userId } = await this.tokens.get(PASSWORD_RESET, token);
    await this.policy.assertAcceptable(
      newPassword,
      '/newPassword',
      requireActiveUser(await this.users.findById(userId)),
    );
    const hash = await this.passwords.hash(newPassword, userId);
    return this.database.transaction(async () => {
      const { id, email, devicesEpoch } = requireActiveUser(await this.users.lock({ id: userId }));
      await this.tokens.redeem(PASSWORD_RESET, token);
      await this.recovery.recover(id, hash);
      await this.events.publish(new PasswordReset({ subjectId: id }));
      // The link has proven the mailbox just now.
      const owner = { email, emailVerified: true };
      await this.mailer.send(owner, { kind: 'password-was-reset', language: client.language });
      await this.limits.grantAfterReset({ id, email }, client);
      return this.devices.make({ id, devicesEpoch: devicesEpoch + 1 });
    });
  }

  private async grant({ address, language }: MailRequest, kind: MailKind): Promise<MailDraft | null> {
    const user = await this.users.lock({ email: address });
    if (user?.status !== 'active') return null;
    if (kind === 'registration-not-kept' && user.emailVerified)
      return { kind: 'address-taken', to: user.email, language };
    const token = await this.tokens.issue(PASSWORD_RESET, { userId: user.id });
    return token && { kind, to: user.email, language, token };
  }
}
