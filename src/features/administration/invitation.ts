import { DAY_MS } from '../../platform/clock';
import type { TokenPurpose } from '../../platform/one-time-tokens';

export const INVITATION: TokenPurpose = { name: 'invitation', prefix: 'in_', lifetimeMs: 7 * DAY_MS };

/** The inviter's id for an operator at the command line, who has every permission. */
export const OPERATOR_ID = 'operator';

/** @returns the role names in the details of an invitation */
export function parseRoleNames(roles: string): string[] {
  return roles.split(' ').filter((name) => name !== '');
}
