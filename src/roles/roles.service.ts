import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { type Acr, KnownPermissions } from '../access';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { type PageQuery, parseCursor } from '../platform/http';
import type { PermissionSet } from './permission-set';
import { ADMIN, Role } from './role.entity';

/** The desired state of a role. */
export interface RoleDefinition {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
}

/** What a request may do. */
export interface Rights {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** The roles of a user, and the level of the sign-in that makes the request. */
export interface StoredRights {
  readonly roles: readonly string[];
  readonly acr: Acr;
}

/** The roles, in the database and in the memory of every instance. */
@Injectable()
export class RolesService implements OnModuleInit {
  private memory: ReadonlyMap<string, readonly string[]> = new Map();
  /** Permissions by combination of roles: few combinations are in use, and each request needs one. */
  private readonly combined = new Map<string, readonly string[]>();

  constructor(
    private readonly database: Database,
    private readonly known: KnownPermissions,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {
    const load = async () => this.load();
    feed.subscribe({ topic: 'role', keepMs: 0, apply: load, reload: load });
  }

  async onModuleInit(): Promise<void> {
    await this.load();
  }

  /**
   * The rights of a request, from memory: the only place that decides them, for tokens, guards and administration. At every level all
   * stored roles are in force. A deleted role has no permissions, and of its permissions only declared ones count.
   */
  rightsOf({ roles }: StoredRights): Rights {
    return { roles, permissions: this.permissionsOf(roles) };
  }

  /** All stored roles, in no particular order. */
  async all(): Promise<Role[]> {
    return (await this.database.repository(Role).find()).map((role) => this.completed(role));
  }

  /** Newest first, and one more than the limit where there is one. */
  async list(page: PageQuery): Promise<Role[]> {
    const after = parseCursor(page);
    const roles = await this.database.repository(Role).find({
      where: after === undefined ? {} : { id: LessThan(after) },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
    return roles.map((role) => this.completed(role));
  }

  async find(name: string): Promise<Role | null> {
    return this.database.repository(Role).findOneBy({ name });
  }

  /** Creates or replaces a role on every instance. */
  async save({ name, description, permissions }: RoleDefinition): Promise<Role> {
    const former = await this.find(name);
    const now = this.clock.now();
    const { id = this.clock.newId(), createdAt = now } = former ?? {};
    const role = { id, name, description, permissions: [...permissions], createdAt, updatedAt: now };
    await this.database.repository(Role).upsert(role, ['name']);
    await this.feed.publishAfterCommit();
    return role;
  }

  /** Deletes a role. `UsersService.dropRole` removes it from its holders. */
  async remove(name: string): Promise<void> {
    await this.database.repository(Role).delete({ name });
    await this.feed.publishAfterCommit();
  }

  private permissionsOf(roles: readonly string[]): readonly string[] {
    const key = roles.join(' ');
    const found = this.combined.get(key) ?? this.combine(roles);
    this.combined.set(key, found);
    return found;
  }

  private combine(roles: readonly string[]): readonly string[] {
    const words = roles.flatMap((role) => this.memory.get(role) ?? []);
    return [...new Set(words)].filter((word) => this.known.has(word)).toSorted();
  }

  /** Gives the role admin all declared permissions. */
  private completed(role: Role): Role {
    if (role.name === ADMIN) role.permissions = this.known.all().map(([word]) => word);
    return role;
  }

  private async load(): Promise<void> {
    this.memory = new Map((await this.all()).map(({ name, permissions }) => [name, permissions]));
    this.combined.clear();
  }
}

/** @returns the permissions of the named roles together */
export function permissionSetOf(all: readonly Role[], names: readonly string[]): PermissionSet {
  const permissions = all.filter(({ name }) => names.includes(name)).flatMap((role) => role.permissions);
  return { isAdmin: names.includes(ADMIN), permissions: new Set(permissions) };
}
