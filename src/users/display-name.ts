import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { isPlainText, normalizePlainText } from '../platform/http';

const RULE = { maxLength: 100 } as const;

/** Validates an optional display name; `null` removes it. */
export function DisplayName(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => normalizePlainText(value, RULE)),
    IsOptional(),
    ValidateBy({
      name: 'displayName',
      validator: {
        validate: (value) => isPlainText(value, RULE),
        defaultMessage: () => `Must be 1 to ${RULE.maxLength} characters without control characters.`,
      },
    }),
    ApiPropertyOptional({
      type: String,
      nullable: true,
      minLength: 1,
      maxLength: RULE.maxLength,
      example: 'Ada',
    }),
  );
}
