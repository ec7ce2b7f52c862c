import { domainToASCII, domainToUnicode } from 'node:url';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { isPlainText } from '../platform/http';

const LONGEST = 254;
const LOCAL_PART = /^(?=.{1,64}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
// Letters, digits and hyphens, also those that IDNA maps to ASCII: a domain name, no address literal and no URL.
const DOMAIN_TEXT = /^[\p{L}\p{M}\p{N}.-]+$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * Normalises an address to the form in which it is stored and compared: trimmed, lower-cased, the domain as A-label (RFC 5890). Dots and
 * plus signs are kept, because only the mail server knows whether they matter.
 *
 * @returns undefined for a text that is no address with an ASCII local part (RFC 5321 dot-string)
 */
export function normaliseEmail(text: string): string | undefined {
  const address = text.trim();
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > LONGEST || !DOMAIN_TEXT.test(address.slice(at + 1))) return undefined;
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1));
  const normal = `${local.toLowerCase()}@${domain}`;
  // Tested before lower-casing, which would turn the Kelvin sign into a k.
  const isWellFormed = LOCAL_PART.test(local) && isDomain(domain);
  return isWellFormed && normal.length <= LONGEST ? normal : undefined;
}

/** Refuses labels with the prefix xn-- that do not decode; recent versions of Node.js accept them. */
function isDomain(domain: string): boolean {
  return DOMAIN.test(domain) && !/(?:^|\.)xn--/.test(domainToUnicode(domain) || 'xn--');
}

export function EmailAddress(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (normaliseEmail(value) ?? value) : value,
    ),
    ValidateBy({
      name: 'emailAddress',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && normaliseEmail(value) === value,
        defaultMessage: () =>
          'Must be an email address such as name@example.com, with ASCII characters before the @.',
      },
    }),
    ApiProperty({
      type: String,
      format: 'email',
      maxLength: LONGEST,
      example: 'ada@example.com',
    }),
  );
}

/** Validates the optional beginning of an email address and normalises it. */
export function EmailPrefix(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (normaliseEmail(value) ?? value.trim().toLowerCase()) : value,
    ),
    ValidateIf((_, value: unknown) => value !== undefined),
    ValidateBy({
      name: 'emailPrefix',
      validator: {
        validate: (value: unknown) => isPlainText(value, { maxLength: LONGEST }) && !/\s/.test(value),
        defaultMessage: () => `Must be the beginning of an email address, 1 to ${LONGEST} characters.`,
      },
    }),
    ApiProperty({
      required: false,
      type: String,
      maxLength: LONGEST,
      description: 'The beginning of the address, or all of it',
      example: 'ada@',
    }),
  );
}
