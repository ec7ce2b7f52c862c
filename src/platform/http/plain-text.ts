import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

// Control characters (including NUL, which PostgreSQL cannot store), lone surrogates, and marks that change the text
// direction.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;
const UNPRINTABLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

export interface PlainTextOptions {
  /** In Unicode code points. */
  readonly maxLength: number;
  /** Whether line feeds and tabs are allowed. */
  readonly multiline?: boolean;
}

/** Whether a value is printable text of one code point at least. */
export function isPlainText(
  value: unknown,
  { maxLength, multiline = false }: PlainTextOptions,
): value is string {
  if (typeof value !== 'string' || (multiline ? UNPRINTABLE_IN_LINES : UNPRINTABLE).test(value)) return false;
  const length = Array.from(value).length;
  return length > 0 && length <= maxLength;
}

/** Returns the text in NFC, trimmed, with line feeds as line ends. A value that is far too long is returned unchanged. */
export function normalizePlainText(
  value: unknown,
  { maxLength, multiline = false }: PlainTextOptions,
): unknown {
  // Normalisation can take quadratic time; NFC never shortens a text to an eighth.
  if (typeof value !== 'string' || value.length > 8 * maxLength) return value;
  const text = value.normalize('NFC').trim();
  return multiline ? text.replace(/\r\n?/g, '\n') : text;
}

/** A body property with printable text; it is trimmed and normalised to NFC. */
export function PlainText(rule: PlainTextOptions): PropertyDecorator {
  const { maxLength, multiline = false } = rule;
  const what = multiline
    ? 'without control characters other than line feeds and tabs'
    : 'without control characters';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => normalizePlainText(value, rule)),
    ValidateBy({
      name: 'text',
      validator: {
        validate: (value) => isPlainText(value, rule),
        defaultMessage: () => `Must be 1 to ${maxLength} characters ${what}.`,
      },
    }),
    ApiProperty({ type: String, minLength: 1, maxLength: maxLength }),
  );
}
