import type { TokenPurpose } from '../../platform/one-time-tokens';

export const INVITATION: TokenPurpose = { name: 'invitation', prefix: 'in_', lifetimeMs: 7 * 86_400_000 };

/** In the place of an inviter's id: whoever has the machine, and so everything. */
export const OPERATOR_ID = 'operator';

/** The roles that an invitation promises, as it keeps them. */
export function parseRoleNames(roles: string): string[] {
  return roles.split(' ').filter((name) => name !== '');
}
