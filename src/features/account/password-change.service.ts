import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { DeviceTokens, SecurityNotices } from '../../auth';
import { PasswordsService } from '../../passwords';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { SessionsService } from '../../sessions';
import { UsersService } from '../../users';
import type { ChangePasswordRequest } from './account.dto';
import { PasswordChanged } from './account.events';
import { PASSWORD_WAS_CHANGED } from './account.mails';
import { EmailChangeService } from './email-change.service';
import { OwnAccount } from './own-account';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly own: OwnAccount,
    private readonly database: Database,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly devices: DeviceTokens,
    private readonly emailChange: EmailChangeService,
    private readonly notices: SecurityNotices,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {}

  /**
   * Revokes the other sessions and keeps this one. Revokes all device tokens, since an attacker with the old password may have obtained
   * some. Links to reset the password stay valid: otherwise an attacker could keep the owner out by changing the password again.
   * @returns a device token for the current device
   * @throws InvalidCredentials, or ValidationFailed where the new password does not follow the policy
   */
  async change(
    principal: Principal,
    { currentPassword, newPassword }: ChangePasswordRequest,
    { language }: ClientInfo,
  ): Promise<string> {
    const owner = await this.own.confirmPassword(principal, currentPassword);
    const chosen = { pointer: '/newPassword', owner, account: owner.id };
    const hash = await this.passwords.hashNew(newPassword, chosen);
    return this.database.transaction(async () => {
      const user = await this.own.lock(principal, owner);
      const { id, devicesEpoch } = user;
      await this.sessions.revokeAllOf(id, { except: principal.sessionId });
      await this.passwords.store(id, hash);
      await this.users.voidDevices(id);
      await this.emailChange.cancel(id);
      await this.events.publish(new PasswordChanged({ subjectId: id, sessionId: principal.sessionId }));
      const token = await this.notices.issueRevocationLink(principal);
      await this.mailer.send(user, PASSWORD_WAS_CHANGED, { language, token });
      return this.devices.renew({ id, devicesEpoch: devicesEpoch + 1 });
    });
  }
}
