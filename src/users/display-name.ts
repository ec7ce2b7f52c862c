import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { isText, withoutEdges } from '../platform/http';

const RULE = { longest: 100 } as const;

/** An optional property that holds the name a person goes by; `null` takes it away. */
export function DisplayName(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => withoutEdges(value, RULE)),
    IsOptional(),
    ValidateBy({
      name: 'displayName',
      validator: {
        validate: (value) => isText(value, RULE),
        defaultMessage: () =>
          `This must be 1 to ${RULE.longest} characters, none of them a control character.`,
      },
    }),
    ApiPropertyOptional({
      type: String,
      nullable: true,
      minLength: 1,
      maxLength: RULE.longest,
      example: 'Ada',
    }),
  );
}
