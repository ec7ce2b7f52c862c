import { Injectable } from '@nestjs/common';
import { KnownPermissions, type Principal } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { EventBus } from '../../platform/events';
import { Conflict, NotFound } from '../../platform/http';
import { ADMIN, permissionSetOf, type Role, type RoleDefinition, RolesService } from '../../roles';
import { UsersService } from '../../users';
import { type Actor, Administration } from './administration';
import { RoleDeleted, RoleSaved } from './administration.events';

/** Every instance keeps all roles in memory, and reads them again after each change. */
const MOST_ROLES = 500;

/** Creates, changes and deletes roles. Changes take effect immediately on every instance. */
@Injectable()
export class RolesAdminService {
  constructor(
    private readonly administration: Administration,
    private readonly roles: RolesService,
    private readonly users: UsersService,
    private readonly known: KnownPermissions,
    private readonly events: EventBus,
  ) {}

  /**
   * Creates or replaces a role.
   * @throws ValidationFailed for a permission that no module declares, InsufficientPermission where the role has or would
   * get a permission that the actor lacks, Conflict for `admin` or where the actor would lose a permission
   */
  async save(principal: Principal, definition: RoleDefinition): Promise<{ role: Role; isNew: boolean }> {
    const { name, permissions } = definition;
    assertNotAdmin(name);
    this.assertKnown(permissions);
    return this.administration.exclusively(principal, 'roles:write', async (actor) => {
      const { all } = actor;
      this.administration.assertHasPermissions(actor, permissionSetOf(all, [name]));
      this.administration.assertHasPermissions(actor, { isAdmin: false, permissions: new Set(permissions) });
      this.assertKeepsWith(actor, definition);
      const former = all.find((other) => other.name === name);
      if (!former && all.length >= MOST_ROLES)
        throw new Conflict(`There are ${MOST_ROLES} roles, which is all there may be. Delete one first.`);
      const role = await this.roles.save(definition);
      const details = { role: name, permissions, before: former?.permissions ?? null };
      await this.events.publish(new RoleSaved({ details }));
      return { role, isNew: !former };
    });
  }

  /** Deletes the role, also from all users who have it. @throws NotFound, InsufficientPermission, Conflict like `save` */
  async delete(principal: Principal, name: string): Promise<void> {
    await this.administration.exclusively(principal, 'roles:write', async (actor) => {
      const { all } = actor;
      if (all.every((role) => role.name !== name)) throw new NotFound();
      assertNotAdmin(name);
      this.administration.assertHasPermissions(actor, permissionSetOf(all, [name]));
      this.assertKeepsWith(actor, { name, permissions: [] });
      const holders = await this.users.dropRole(name);
      await this.roles.remove(name);
      await this.events.publish(new RoleDeleted({ details: { role: name, holders } }));
    });
  }

  private assertKeepsWith(
    actor: Actor,
    { name, permissions }: Pick<RoleDefinition, 'name' | 'permissions'>,
  ): void {
    const others = actor.all.filter((role) => role.name !== name);
    const { isAdmin, permissions: left } = permissionSetOf(others, actor.user.roles);
    const fromHere = actor.user.roles.includes(name) ? permissions : [];
    // A permission that no module declares any more is not lost.
    const present = [...actor.permissions].filter((permission) => this.known.has(permission));
    const before = { ...actor, permissions: new Set(present) };
    this.administration.assertKeepsPermissions(before, {
      isAdmin,
      permissions: new Set([...left, ...fromHere]),
    });
  }

  private assertKnown(permissions: readonly string[]): void {
    const violations = permissions.flatMap((permission, index) =>
      this.known.has(permission)
        ? []
        : [
            {
              pointer: `/permissions/${index}`,
              code: 'unknown-permission',
              detail: 'No module declares this permission; GET /v1/permissions lists those there are.',
            },
          ],
    );
    if (violations.length > 0) throw new ValidationFailed(violations);
  }
}

function assertNotAdmin(name: string): void {
  if (name === ADMIN) throw new Conflict('The role admin has every permission, and stays as it is.');
}
