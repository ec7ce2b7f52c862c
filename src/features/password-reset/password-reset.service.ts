import { Injectable } from '@nestjs/common';
import { HOUR_MS } from '../../platform/clock';
import {
  ADDRESS_RESTORED,
  ADDRESS_TAKEN,
  requireActiveUser,
  DeviceTokens,
  AccountRecovery,
  FACTORS_RESET,
  LoginLimits,
  REGISTRATION_NOT_KEPT,
  suspectSince,
} from '../../auth';
import { PasswordsService } from '../../passwords';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type MailDraft, Mailer, type MailRequest, type MailType } from '../../platform/mail';
import { OneTimeTokens, type TokenPurpose } from '../../platform/one-time-tokens';
import { UsersService } from '../../users';
import type { ResetPasswordRequest } from './password-reset.dto';
import {
  PASSWORD_RESET,
  PASSWORD_RESET_AFTER_FACTORS_RESET,
  PASSWORD_RESET_AFTER_RECOVERY,
  PASSWORD_RESET_AFTER_REGISTRATION,
  PASSWORD_WAS_RESET,
} from './password-reset.mails';
import { PasswordReset, PasswordResetRequested } from './password-reset.events';

const RESET: TokenPurpose = { name: 'password-reset', prefix: 'pr_', lifetimeMs: HOUR_MS };

/** Sets a new password with a proof of the mailbox. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly devices: DeviceTokens,
    private readonly limits: LoginLimits,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {
    mailer.registerResolver(PASSWORD_RESET, async (request) => this.resolve(request, PASSWORD_RESET));
    mailer.registerResolver(ADDRESS_RESTORED, async (request) =>
      this.resolve(request, PASSWORD_RESET_AFTER_RECOVERY),
    );
    mailer.registerResolver(FACTORS_RESET, async (request) =>
      this.resolve(request, PASSWORD_RESET_AFTER_FACTORS_RESET),
    );
    mailer.registerResolver(REGISTRATION_NOT_KEPT, async (request) => this.resolveRegistration(request));
  }

  /** Requests the mail, without revealing whether the account exists. */
  async forgot(email: string, { language }: ClientInfo): Promise<void> {
    // The lookup takes the same time whether or not the account exists.
    const user = await this.users.findByEmail(email);
    await this.database.transaction(async () => {
      await this.events.publish(new PasswordResetRequested({ actorId: null, subjectId: user?.id ?? null }));
      await this.mailer.request(PASSWORD_RESET, { address: email, language });
    });
  }

  /**
   * Sets a new password with the token of the mail, and revokes every session.
   * @returns a device token; the older ones are revoked
   * @throws InvalidOrExpiredToken, or ValidationFailed where the password does not follow the policy; the token stays valid then
   */
  async reset({ token, newPassword }: ResetPasswordRequest, client: ClientInfo): Promise<string> {
    const { userId } = await this.tokens.get(RESET, token);
    const owner = requireActiveUser(await this.users.findById(userId));
    const chosen = { pointer: '/newPassword', owner, account: userId };
    const hash = await this.passwords.hashNew(newPassword, chosen);
    return this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { id, email, devicesEpoch } = user;
      await this.tokens.redeem(RESET, token);
      await this.recovery.recover(id, { hash, since: suspectSince(user) });
      await this.events.publish(new PasswordReset({ subjectId: id }));
      // The link has just proven the mailbox.
      const mailbox = { email, emailVerified: true };
      await this.mailer.send(mailbox, PASSWORD_WAS_RESET, { language: client.language });
      await this.limits.grantAfterReset({ id, email }, client);
      return this.devices.issueForMailbox({ id, devicesEpoch: devicesEpoch + 1 });
    });
  }

  /** An account whose address was verified meanwhile needs no link to choose a password. */
  private async resolveRegistration(request: MailRequest): Promise<MailDraft | null> {
    const user = await this.users.lock({ email: request.address });
    if (user?.status === 'active' && user.emailVerified)
      return { type: ADDRESS_TAKEN, to: user.email, language: request.language };
    return this.resolve(request, PASSWORD_RESET_AFTER_REGISTRATION);
  }

  private async resolve({ address, language }: MailRequest, type: MailType): Promise<MailDraft | null> {
    const user = await this.users.lock({ email: address });
    if (user?.status !== 'active') return null;
    const token = await this.tokens.issue(RESET, { userId: user.id });
    return token && { type, to: user.email, language, token };
  }
}
