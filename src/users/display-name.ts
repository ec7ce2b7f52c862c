import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';

const LONGEST_CODE_POINTS = 100;
// Control characters, lone surrogates, and the marks that turn the direction of the text around them.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

function isDisplayName(value: unknown): boolean {
  if (typeof value !== 'string' || UNPRINTABLE.test(value)) return false;
  const length = Array.from(value).length;
  return length > 0 && length <= LONGEST_CODE_POINTS;
}

/** An optional property that holds the name a person goes by; `null` takes it away. */
export function DisplayName(): PropertyDecorator {
  return applyDecorators(
    // Normalising a text made for it takes time with the square of its length; NFC shortens none to an eighth.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value.length <= 8 * LONGEST_CODE_POINTS
        ? value.normalize('NFC').trim()
        : value,
    ),
    IsOptional(),
    ValidateBy({
      name: 'displayName',
      validator: {
        validate: isDisplayName,
        defaultMessage: () =>
          `This must be 1 to ${LONGEST_CODE_POINTS} characters, none of them a control character.`,
      },
    }),
    ApiPropertyOptional({
      type: String,
      nullable: true,
      minLength: 1,
      maxLength: LONGEST_CODE_POINTS,
      example: 'Ada',
    }),
  );
}
