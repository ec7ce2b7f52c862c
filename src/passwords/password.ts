import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

/** More than anybody types and less than makes work; ASVS 6.2.9 asks for 64 at least. */
export const LONGEST_CODE_POINTS = 128;

/** Passwords are compared in this form, so that one text typed on two systems is one password; never NFKC, which merges different ones. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** In code points, as a person counts them (NIST SP 800-63B-4 section 3.1.1.2). */
export function lengthOf(password: string): number {
  return Array.from(normalisePassword(password)).length;
}

/** Cheap and before all else: normalising a text made for it takes time with the square of its length. */
export function isShortEnough(password: string): boolean {
  // NFC makes at most four code points of a text into one, and a code point is at most two units long.
  return password.length <= 8 * LONGEST_CODE_POINTS && lengthOf(password) <= LONGEST_CODE_POINTS;
}

/**
 * A property that holds a password somebody typed: any text that can be written in UTF-8. Whether it is good enough
 * to be set is the policy's question, not asked of one that is only checked.
 */
export function Password(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'passphrase',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.length > 0 && value.isWellFormed() && isShortEnough(value),
        defaultMessage: () => `This must be a text of 1 to ${LONGEST_CODE_POINTS} characters.`,
      },
    }),
    ApiProperty({ type: String, format: 'password', minLength: 1, maxLength: LONGEST_CODE_POINTS }),
  );
}
