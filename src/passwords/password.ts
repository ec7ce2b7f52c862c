import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

/** ASVS 6.2.9 requires at least 64; much longer ones would cost time. */
export const LONGEST_CODE_POINTS = 128;

/** Normalises a password to NFC, so that the same text typed on two systems is equal. NFKC would merge different passwords. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** The length in code points (NIST SP 800-63B-4 section 3.1.1.2). */
export function lengthOf(password: string): number {
  return Array.from(normalisePassword(password)).length;
}

/** A cheap check before normalisation, which takes quadratic time for malicious input. */
export function isShortEnough(password: string): boolean {
  // NFC combines at most four code points into one, and a code point has at most two UTF-16 units.
  return password.length <= 8 * LONGEST_CODE_POINTS && lengthOf(password) <= LONGEST_CODE_POINTS;
}

/**
 * Validates a password as entered: any text that UTF-8 can encode. `PasswordPolicy` decides whether it may be set as a new password.
 */
export function Password(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'passphrase',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.length > 0 && value.isWellFormed() && isShortEnough(value),
        defaultMessage: () => `Must be a string of 1 to ${LONGEST_CODE_POINTS} characters.`,
      },
    }),
    ApiProperty({ type: String, format: 'password', minLength: 1, maxLength: LONGEST_CODE_POINTS }),
  );
}
