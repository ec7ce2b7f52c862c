import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

// Control characters (NUL, which PostgreSQL keeps nowhere, among them), lone surrogates, and the marks that turn the
// direction of the text around them.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;
const UNPRINTABLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

export interface PlainTextOptions {
  /** In Unicode code points. */
  readonly maxLength: number;
  /** Whether it may have several lines. */
  readonly multiline?: boolean;
}

/** Whether it is text that people can read, of one code point at least. */
export function isPlainText(
  value: unknown,
  { maxLength, multiline = false }: PlainTextOptions,
): value is string {
  if (typeof value !== 'string' || (multiline ? UNPRINTABLE_IN_LINES : UNPRINTABLE).test(value)) return false;
  const length = Array.from(value).length;
  return length > 0 && length <= maxLength;
}

/** In NFC, without white space around it, its lines ended by line feeds; what is much too long anyhow is left as it is. */
export function normalizePlainText(
  value: unknown,
  { maxLength, multiline = false }: PlainTextOptions,
): unknown {
  // Normalising a text made for it takes time with the square of its length; NFC shortens none to an eighth.
  if (typeof value !== 'string' || value.length > 8 * maxLength) return value;
  const text = value.normalize('NFC').trim();
  return multiline ? text.replace(/\r\n?/g, '\n') : text;
}

/** A property of a body that holds text for people, as it can be stored and shown again; trimmed, in NFC. */
export function PlainText(rule: PlainTextOptions): PropertyDecorator {
  const { maxLength, multiline = false } = rule;
  const what = multiline
    ? 'none of them a control character but line feeds and tabs'
    : 'none of them a control character';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => normalizePlainText(value, rule)),
    ValidateBy({
      name: 'text',
      validator: {
        validate: (value) => isPlainText(value, rule),
        defaultMessage: () => `This must be 1 to ${maxLength} characters, ${what}.`,
      },
    }),
    ApiProperty({ type: String, minLength: 1, maxLength: maxLength }),
  );
}
