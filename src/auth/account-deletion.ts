import { Injectable } from '@nestjs/common';
import { EventBus } from '../platform/events';
import { PersonalDataRegistry } from '../platform/personal-data';
import { ADMIN, Administrators } from '../roles';
import { SessionsService } from '../sessions';
import { type User, UsersService } from '../users';
import { AccountDeleted } from './auth.events';

/** An account goes, with all that every module keeps about its user. */
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
   * In `Administrators.withAdministrationLock`, with the user locked.
   * @throws Conflict where it is the last admin's
   */
  async deleteAccount({ id, roles }: User): Promise<void> {
    if (roles.includes(ADMIN)) await this.administrators.assertNotLast(id);
    await this.sessions.revokeAllOf(id);
    await this.events.publish(new AccountDeleted({ subjectId: id }));
    await this.personalData.erase(id);
    await this.users.remove(id);
  }
}
