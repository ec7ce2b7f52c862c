import { Injectable } from '@nestjs/common';
import { EventBus } from '../../platform/events';
import type { IssuedToken } from '../../platform/one-time-tokens';
import { ADMIN, Administrators } from '../../roles';
import { type User, UsersService } from '../../users';
import { RolesChanged } from './administration.events';
import { InvitationsService } from './invitations.service';

/** Makes a user an admin from the command line: there is no default account. */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly administrators: Administrators,
    private readonly users: UsersService,
    private readonly invitations: InvitationsService,
    private readonly events: EventBus,
  ) {}

  /**
   * @param email in its normal form
   * @returns the user, with a token where the user is invited and not an admin yet
   * @throws Error where the account is disabled
   */
  async create(
    email: string,
    displayName: string | null,
  ): Promise<{ readonly user: User; readonly token?: IssuedToken }> {
    const known = await this.users.findByEmail(email);
    if (!known?.emailVerified)
      return this.invitations.inviteAsOperator({ email, displayName, roles: [ADMIN] });
    return this.administrators.withAdministrationLock(async () => {
      const user = await this.users.lock({ id: known.id });
      if (user?.email !== email || !user.emailVerified)
        throw new Error('The account has just been changed. Try again.');
      if (user.status !== 'active')
        throw new Error('The account is disabled. An admin has to enable it first.');
      if (user.roles.includes(ADMIN)) return { user };
      await this.users.setRoles(user.id, [...user.roles, ADMIN]);
      const details = { added: [ADMIN], removed: [], command: 'admin:create' };
      await this.events.publish(new RolesChanged({ subjectId: user.id, details }));
      return { user };
    });
  }
}
