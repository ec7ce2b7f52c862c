import { Injectable } from '@nestjs/common';
import { EventBus } from '../platform/events';
import { PersonalDataRegistry } from '../platform/personal-data';
import { ADMIN, Administrators } from '../roles';
import { SessionsService } from '../sessions';
import { type User, UsersService } from '../users';
import { AccountDeleted } from './auth.events';

/** Deletes an account with all personal data that the modules store about its user. */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly users: UsersService,
    private readonly administrators: Administrators,
    private readonly sessions: SessionsService,
    private readonly personalData: PersonalDataRegistry,
    private readonly events: EventBus,
  ) {}

  /**
   * To be called in `Administrators.withAdministrationLock` with the user locked.
   * @throws Conflict for the account of the last administrator
   */
  async deleteAccount({ id, roles }: User): Promise<void> {
    if (roles.includes(ADMIN)) await this.administrators.assertNotLast(id);
    await this.sessions.revokeAllOf(id);
    await this.events.publish(new AccountDeleted({ subjectId: id }));
    await this.personalData.erase(id);
    await this.users.remove(id);
  }
}
