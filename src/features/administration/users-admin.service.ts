import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { AccountDeletion } from '../../auth';
import { EventBus } from '../../platform/events';
import { Conflict } from '../../platform/http';
import { OneTimeTokens } from '../../platform/one-time-tokens';
import { ADMIN, Administrators, permissionSetOf } from '../../roles';
import { SessionsRevoked, SessionsService } from '../../sessions';
import { type User, UsersService } from '../../users';
import { type Actor, Administration } from './administration';
import { RolesChanged, UserDisabled, UserEnabled } from './administration.events';
import { assertExisting } from './role-names';
import type { ChangeUserRequest } from './users-admin.dto';

@Injectable()
export class UsersAdminService {
  constructor(
    private readonly administration: Administration,
    private readonly administrators: Administrators,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: OneTimeTokens,
    private readonly events: EventBus,
    private readonly deletion: AccountDeletion,
  ) {}

  /**
   * Disables or enables an account and sets its roles, in one transaction.
   * @throws NotFound, InsufficientPermission, ValidationFailed for an unknown role, and Conflict where an unverified account would get
   * a role, the actor would lose a permission, or no admin would be left
   */
  async change(principal: Principal, id: string, { status, roles }: ChangeUserRequest): Promise<User> {
    return this.administration.exclusively(principal, 'users:write', async (actor) => {
      const user = await this.administration.lockChangeable(actor, id);
      if (roles !== undefined) await this.changeRoles(actor, user, roles);
      if (status !== undefined && status !== user.status) await this.changeStatus(actor, user, status);
      return this.administration.lockChangeable(actor, id);
    });
  }

  /** @throws NotFound, InsufficientPermission, or Conflict where it is the actor's own account or the last admin's */
  async delete(principal: Principal, id: string): Promise<void> {
    await this.administration.exclusively(principal, 'users:write', async (actor) => {
      const user = await this.administration.lockChangeable(actor, id);
      this.administration.assertNotSelf(actor, user);
      await this.deletion.deleteAccount(user);
    });
  }

  /** Revokes all sessions of the user. @throws NotFound, InsufficientPermission */
  async endSessions(principal: Principal, id: string): Promise<void> {
    await this.administration.exclusively(principal, 'sessions:write', async (actor) => {
      const user = await this.administration.lockChangeable(actor, id);
      await this.sessions.revokeAllOf(user.id);
      await this.events.publish(new SessionsRevoked({ subjectId: user.id }));
    });
  }

  private async changeRoles(actor: Actor, user: User, names: readonly string[]): Promise<void> {
    assertExisting(actor.all, names);
    const holding = permissionSetOf(actor.all, names);
    this.administration.assertHasPermissions(actor, holding);
    const [added, removed] = [without(names, user.roles), without(user.roles, names)];
    if (added.length + removed.length === 0) return;
    if (added.length > 0 && !user.emailVerified)
      throw new Conflict(
        'Roles are given to verified accounts only. Invite the user with the roles instead.',
      );
    if (user.id === actor.user.id) this.administration.assertKeepsPermissions(actor, holding);
    if (removed.includes(ADMIN)) await this.administrators.assertNotLast(user.id);
    await this.users.setRoles(user.id, names);
    await this.events.publish(new RolesChanged({ subjectId: user.id, details: { added, removed } }));
  }

  private async changeStatus(actor: Actor, user: User, status: User['status']): Promise<void> {
    this.administration.assertNotSelf(actor, user);
    if (user.roles.includes(ADMIN)) await this.administrators.assertNotLast(user.id);
    await this.users.setStatus(user.id, status);
    if (status === 'disabled') {
      await this.sessions.revokeAllOf(user.id);
      // Links that were sent before must not work when the account is enabled again.
      await this.tokens.revokeAllOf(user.id);
    }
    const Happened = status === 'disabled' ? UserDisabled : UserEnabled;
    await this.events.publish(new Happened({ subjectId: user.id }));
  }
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}
