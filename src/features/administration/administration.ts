import { Injectable } from '@nestjs/common';
import {
  AccessDenied,
  InsufficientPermission,
  InvalidToken,
  type Permission,
  type Principal,
} from '../../access';
import { EventBus } from '../../platform/events';
import { Conflict, NotFound } from '../../platform/http';
import { OneTimeTokens } from '../../platform/one-time-tokens';
import {
  Administrators,
  type PermissionSet,
  permissionSetOf,
  missingPermissions,
  type Role,
  RolesService,
} from '../../roles';
import { SessionsService } from '../../sessions';
import { type User, UsersService } from '../../users';
import { INVITATION, parseRoleNames } from './invitation';

/** The acting administrator, read under the administration lock. */
export interface Actor extends ActorPermissions {
  readonly user: User;
}

/** The permissions of an actor, and the roles that they were computed from. */
export interface ActorPermissions extends PermissionSet {
  readonly all: readonly Role[];
}

/** Authorizes administrative changes: the only place that decides which accounts and roles an administrator may change. */
@Injectable()
export class Administration {
  constructor(
    private readonly administrators: Administrators,
    private readonly tokens: OneTimeTokens,
    private readonly events: EventBus,
    private readonly users: UsersService,
    private readonly roles: RolesService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Makes a change under the administration lock. The permission that the guard found in memory is checked again in the database, since
   * another administrator may have changed it meanwhile.
   * @throws InvalidToken where the actor's session is revoked, InsufficientPermission where the actor has lost the permission
   */
  async exclusively<T>(
    { userId, sessionId, acr }: Principal,
    permission: Permission,
    change: (actor: Actor) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.administrators.withAdministrationLock(async () => {
        const user = await this.users.findById(userId);
        if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
        const all = await this.roles.all();
        const { roles } = this.roles.rightsOf({ roles: user.roles, acr });
        const holding = permissionSetOf(all, roles);
        this.assertHasPermissions(holding, { isAdmin: false, permissions: new Set([permission]) });
        return await change({ user, all, ...holding });
      });
    } catch (error) {
      // Outside the transaction, which is rolled back.
      if (error instanceof InsufficientPermission)
        await this.events.publish(new AccessDenied({ sessionId, details: { ...error.challengeParameters } }));
      throw error;
    }
  }

  /**
   * @returns the user, locked
   * @throws NotFound, or InsufficientPermission where the user has, or is invited to, a permission that the actor lacks
   */
  async lockChangeable(actor: ActorPermissions, id: string): Promise<User> {
    const user = await this.users.lock({ id });
    if (!user) throw new NotFound();
    const promised = (await this.tokens.findActive(INVITATION, id)).flatMap(({ roles = '' }) =>
      parseRoleNames(roles),
    );
    this.assertHasPermissions(actor, permissionSetOf(actor.all, [...user.roles, ...promised]));
    return user;
  }

  /** @throws InsufficientPermission where the actor lacks one of the permissions */
  assertHasPermissions(actor: PermissionSet, holding: PermissionSet): void {
    const lacked = missingPermissions(actor, holding);
    if (lacked.length > 0) throw new InsufficientPermission(lacked);
  }

  /**
   * Prevents administrators from locking themselves out.
   * @param after the permissions that the actor would have
   * @throws Conflict where the actor would lose one
   */
  assertKeepsPermissions(actor: Actor, after: PermissionSet): void {
    const lost = missingPermissions(after, actor);
    if (lost.length > 0)
      throw new Conflict(
        `You would lose your own permissions: ${lost.join(', ')}. Ask another administrator to make this change.`,
      );
  }

  /** @throws Conflict where this is the actor's own account */
  assertNotSelf(actor: Actor, { id }: User): void {
    if (id === actor.user.id)
      throw new Conflict('This is your own account. Ask another administrator to make this change.');
  }
}
