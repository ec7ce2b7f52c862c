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

/** Whoever administers, as they are while nobody else does. */
export interface Actor extends ActorPermissions {
  readonly user: User;
}

/** What somebody holds, and all roles as they were read with it. */
export interface ActorPermissions extends PermissionSet {
  readonly all: readonly Role[];
}

/** What every administrative change begins with: who may touch whom is decided here and nowhere else. */
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
   * Makes a change while nobody else changes who may do what. What the guard found in memory is asked for again: another
   * administrator may have been faster.
   * @throws InvalidToken where the actor's session is over, InsufficientPermission where they may not do this any more
   */
  async exclusively<T>(
    { userId, sessionId }: Principal,
    permission: Permission,
    change: (actor: Actor) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.administrators.withAdministrationLock(async () => {
        const user = await this.users.findById(userId);
        if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
        const all = await this.roles.all();
        const holding = permissionSetOf(all, user.roles);
        this.assertHasPermissions(holding, { isAdmin: false, permissions: new Set([permission]) });
        return await change({ user, all, ...holding });
      });
    } catch (error) {
      // Out here, where nothing undoes it.
      if (error instanceof InsufficientPermission)
        await this.events.publish(new AccessDenied({ sessionId, details: { ...error.challengeParameters } }));
      throw error;
    }
  }

  /**
   * The user, locked, where the actor may change them.
   * @throws NotFound, or InsufficientPermission where they have a permission that the actor lacks, or are promised one
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

  /** @throws InsufficientPermission where the actor lacks something of it */
  assertHasPermissions(actor: PermissionSet, holding: PermissionSet): void {
    const lacked = missingPermissions(actor, holding);
    if (lacked.length > 0) throw new InsufficientPermission(lacked);
  }

  /**
   * Nobody locks themself out.
   * @param after what the actor would hold
   * @throws Conflict where that is less than now
   */
  assertKeepsPermissions(actor: Actor, after: PermissionSet): void {
    const lost = missingPermissions(after, actor);
    if (lost.length > 0)
      throw new Conflict(
        `This would take permissions from yourself: ${lost.join(', ')}. Have somebody else do it.`,
      );
  }

  /** @throws Conflict where this is the actor's own account */
  assertNotSelf(actor: Actor, { id }: User): void {
    if (id === actor.user.id) throw new Conflict('This is your own account. Have somebody else do it.');
  }
}
