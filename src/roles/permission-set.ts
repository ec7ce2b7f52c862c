export interface PermissionSet {
  /** Whether it includes every permission, also of modules added later. */
  readonly isAdmin: boolean;
  readonly permissions: ReadonlySet<string>;
}

/** Stands for the role itself, for an actor that has every permission but not the role admin. */
const EVERYTHING = 'admin';

/**
 * The permissions of another user or role that the actor does not have. An actor may change a user or a role, and grant or withdraw
 * permissions, only where this is empty.
 * @returns the missing permissions in alphabetical order
 */
export function missingPermissions(actor: PermissionSet, other: PermissionSet): readonly string[] {
  if (actor.isAdmin) return [];
  const lacked = [...other.permissions].filter((permission) => !actor.permissions.has(permission)).toSorted();
  return lacked.length === 0 && other.isAdmin ? [EVERYTHING] : lacked;
}
