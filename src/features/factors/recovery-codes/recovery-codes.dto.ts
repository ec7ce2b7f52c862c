import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString } from 'class-validator';
import { MfaToken } from '../../../auth';
import { normaliseRecoveryCode } from './recovery-code';

const EXAMPLE = '7ZK4M-0QX2B-9HTNC-W5D8R-3VJ6E';

function RecoveryCode(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value.length <= 100
        ? (normaliseRecoveryCode(value) ?? undefined)
        : undefined,
    ),
    IsString({ message: 'Must be a recovery code: five groups of five letters and digits.' }),
    ApiProperty({
      type: String,
      maxLength: 100,
      description: 'Case, spaces and hyphens do not matter',
      example: EXAMPLE,
    }),
  );
}

export class RecoveryCodeRequest {
  @MfaToken()
  readonly mfaToken: string;

  @RecoveryCode()
  readonly code: string;
}

export class RecoveryCodesResponse {
  @ApiProperty({ type: [String], description: 'Shown only here', example: [EXAMPLE] })
  readonly codes: readonly string[];
}
