import type { Purpose } from '../../platform/one-time-tokens';

export const INVITATION: Purpose = { name: 'invitation', prefix: 'in_', lifetimeMs: 7 * 86_400_000 };

/** In the place of an inviter's id: whoever has the machine, and so everything. */
export const OPERATOR = 'operator';

/** The roles that an invitation promises, as it keeps them. */
export function namesIn(roles: string): string[] {
  return roles.split(' ').filter((name) => name !== '');
}
