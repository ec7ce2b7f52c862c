import { newAddress, type Registration } from './registrations';

export const ADA = { password: 'teal otters juggle 7 lanterns', displayName: 'Ada' };
export const EVE = { password: 'nine calm badgers on a ferry', displayName: 'Eve' };
/** The password of no registration. */
export const WRONG = 'never used as a password';

/** An attacker and the owner of the mailbox, who both sign up with its address. */
export function both(): { ada: Registration; eve: Registration } {
  const email = newAddress();
  return { ada: { email, ...ADA }, eve: { email, ...EVE } };
}
