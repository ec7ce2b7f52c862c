import { Injectable } from '@nestjs/common';
import type { Principal } from '../access';
import { Departure } from '../auth';
import { Clock } from '../platform/clock';
import { Events } from '../platform/events';
import type { ClientInfo } from '../platform/http';
import { Mailer } from '../platform/mail';
import { PersonalDataRegistry } from '../platform/personal-data';
import { Administrators } from '../roles';
import type { ExportResponse } from './account.dto';
import { AccountExported } from './account.events';
import { OwnAccount } from './own-account';

/** Taking one's data along, and leaving. */
@Injectable()
export class AccountService {
  constructor(
    private readonly own: OwnAccount,
    private readonly administrators: Administrators,
    private readonly departure: Departure,
    private readonly personalData: PersonalDataRegistry,
    private readonly mailer: Mailer,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** What every module keeps about the user. */
  async export({ userId }: Principal): Promise<ExportResponse> {
    await this.events.publish(new AccountExported({ subjectId: userId }));
    return { exportedAt: this.clock.now().toISOString(), data: await this.personalData.export(userId) };
  }

  /**
   * Deletes the account with what every module keeps about it, all or nothing.
   * @throws InvalidCredentials where the password is wrong, Conflict where this is the last admin
   */
  async delete(principal: Principal, password: string, { language }: ClientInfo): Promise<void> {
    const proven = await this.own.prove(principal, password);
    await this.administrators.alone(async () => {
      const user = await this.own.lock(principal, proven);
      await this.departure.of(user);
      await this.mailer.send({ kind: 'account-deleted', to: user.email, language });
    });
  }
}
