import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { isPlainText, normalizePlainText } from '../../platform/http';

const RULE = { maxLength: 100 } as const;

/** Validates the name of a factor; `null` removes it. */
export function FactorName({ isOptional = false } = {}): PropertyDecorator {
  const property = {
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: RULE.maxLength,
    example: 'My phone',
  } as const;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => normalizePlainText(value, RULE)),
    isOptional ? IsOptional() : ValidateIf((_, value) => value !== null),
    ValidateBy({
      name: 'factorName',
      validator: {
        validate: (value) => isPlainText(value, RULE),
        defaultMessage: () => `Must be 1 to ${RULE.maxLength} characters without control characters.`,
      },
    }),
    isOptional ? ApiPropertyOptional(property) : ApiProperty(property),
  );
}

/** The token that the first step of a sign-in returned. */
export function MfaToken({ isOptional = false } = {}): PropertyDecorator {
  const property = {
    type: String,
    maxLength: 256,
    example: 'mf_5MOiVDKonodiKz7WOlnDP3X1vFbVXpQePMWADdNU0RE',
    description: 'From the 401 `mfa-required` of the first step',
  } as const;
  return applyDecorators(
    ...(isOptional ? [IsOptional()] : []),
    ValidateBy({
      name: 'mfaToken',
      validator: {
        validate: (value) => typeof value === 'string' && value.length <= 256,
        defaultMessage: () => 'Must be a string of at most 256 characters.',
      },
    }),
    isOptional ? ApiPropertyOptional({ ...property, nullable: true }) : ApiProperty(property),
  );
}
