import { domainToASCII, domainToUnicode } from 'node:url';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { isPlainText } from '../platform/http';

const LONGEST = 254;
const LOCAL_PART = /^(?=.{1,64}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
// Letters, digits, hyphens and whatever IDNA turns into them: a domain, not an address literal or a URL.
const DOMAIN_TEXT = /^[\p{L}\p{M}\p{N}.-]+$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * The one form in which an address is kept and compared: trimmed, lower-cased, the domain as A-label (RFC 5890). Dots
 * and plus signs are left alone: whether they matter is the mail server's business.
 *
 * @returns undefined for what is no address with an ASCII local part (RFC 5321 dot-string)
 */
export function normaliseEmail(text: string): string | undefined {
  const address = text.trim();
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > LONGEST || !DOMAIN_TEXT.test(address.slice(at + 1))) return undefined;
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1));
  const normal = `${local.toLowerCase()}@${domain}`;
  // Before lower-casing, which would turn the Kelvin sign into a k.
  const isWellFormed = LOCAL_PART.test(local) && isDomain(domain);
  return isWellFormed && normal.length <= LONGEST ? normal : undefined;
}

/** A label that says it is encoded must decode: newer Nodes let it through as it is, and one mailbox has one spelling. */
function isDomain(domain: string): boolean {
  return DOMAIN.test(domain) && !/(?:^|\.)xn--/.test(domainToUnicode(domain) || 'xn--');
}

/** A property that holds an e-mail address; it arrives in its normal form. */
export function EmailAddress(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (normaliseEmail(value) ?? value) : value,
    ),
    ValidateBy({
      name: 'emailAddress',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && normaliseEmail(value) === value,
        defaultMessage: () => 'This must be an e-mail address such as name@example.com, ASCII before the @.',
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

/** An optional property that holds the beginning of an e-mail address; it arrives in the form in which addresses are kept. */
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
        defaultMessage: () => `This must be the beginning of an e-mail address, 1 to ${LONGEST} characters.`,
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
