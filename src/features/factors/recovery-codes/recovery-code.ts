import { randomInt } from 'node:crypto';

// Crockford's alphabet: no letter looks like a digit.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 5;
const GROUP_LENGTH = 5;
const FORM = new RegExp(`^[${ALPHABET}]{${GROUPS * GROUP_LENGTH}}$`);

/** A new code of 125 random bits, `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`: too many to guess, so a fast digest is enough (ASVS 6.5.2). */
export function newRecoveryCode(): string {
  const group = () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/**
 * The normal form of a code as a user types it: case, spaces and hyphens do not matter, O is 0, I and L are 1.
 * @returns null for anything that is no code
 */
export function normaliseRecoveryCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return FORM.test(code) ? code : null;
}
