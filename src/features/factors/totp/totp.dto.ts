import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { FactorName, MfaToken } from '../../../auth';

// From a discarded database.
const ENROLMENT = '7NTzirxXHVXktIqYCxZygvYZhwU56wnncb6yvG9ZQYEleXhscupr8f6Qrx8oMxlnGY_N4O00UiI';

function TotpCode(): PropertyDecorator {
  return (...target) => {
    Matches(/^[0-9]{6}$/, { message: 'Must be six digits.' })(...target);
    ApiProperty({ type: String, pattern: '^[0-9]{6}$', example: '492039' })(...target);
  };
}

export class TotpRequest {
  @MfaToken()
  readonly mfaToken: string;

  @TotpCode()
  readonly code: string;
}

export class ConfirmTotpRequest {
  @ApiProperty({
    type: String,
    maxLength: 256,
    description: 'From `POST /v1/auth/factors/totp`',
    example: ENROLMENT,
  })
  @IsString({ message: 'Must be a string.' })
  @MaxLength(256, { message: 'This must be at most 256 characters.' })
  readonly enrolment: string;

  @TotpCode()
  readonly code: string;

  @FactorName({ isOptional: true })
  readonly name?: string | null;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Replace the present authenticator app',
  })
  @IsOptional()
  @IsBoolean({ message: 'Must be true or false.' })
  readonly replace?: boolean;
}

export class TotpEnrolmentResponse {
  @ApiProperty({
    description: 'Send it with the first code; it is encrypted and stored nowhere',
    example: ENROLMENT,
  })
  readonly enrolment: string;

  @ApiProperty({
    description: 'The secret in Base32, to be typed',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  })
  readonly secret: string;

  @ApiProperty({
    description: 'The secret as a URI, to be shown as a QR code',
    example:
      'otpauth://totp/Gatehouse:ada%40example.com?issuer=Gatehouse&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
  })
  readonly uri: string;

  @ApiProperty({ type: 'integer', description: 'In seconds', example: 600 })
  readonly expiresIn: number;
}
