import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { Passphrase } from '../../passwords';
import { OneTimeToken } from '../../platform/one-time-tokens';
import { EmailAddress } from '../../users';

export class VerifyEmailRequest {
  @OneTimeToken()
  readonly token: string;

  @Passphrase()
  @IsOptional()
  @ApiProperty({ required: false, description: 'Needed where the address was registered more than once' })
  readonly password?: string | null;
}

export class ResendVerificationRequest {
  @EmailAddress()
  readonly email: string;
}
