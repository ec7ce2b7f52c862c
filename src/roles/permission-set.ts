/** What somebody, or a role, may do. */
export interface PermissionSet {
  /** Whether that is everything, whatever modules there are. */
  readonly isAdmin: boolean;
  readonly permissions: ReadonlySet<string>;
}

/** What `admin` is told to lack by those who have every permission but not that role. */
const EVERYTHING = 'admin';

/**
 * What one has and the other lacks; empty: nothing. Whoever changes a user, a role, or what a user or role has, must lack
 * nothing of it: nobody gives, takes or takes over what they do not have.
 */
export function missingPermissions(actor: PermissionSet, other: PermissionSet): readonly string[] {
  if (actor.isAdmin) return [];
  const lacked = [...other.permissions].filter((permission) => !actor.permissions.has(permission)).toSorted();
  return lacked.length === 0 && other.isAdmin ? [EVERYTHING] : lacked;
}
