import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { Password } from '../../passwords';
import { OneTimeToken } from '../../platform/one-time-tokens';
import { EmailAddress } from '../../users';

export class VerifyEmailRequest {
  @OneTimeToken()
  readonly token: string;

  @Password()
  @IsOptional()
  @ApiProperty({ required: false, description: 'Needed where the address was registered more than once' })
  readonly password?: string | null;
}

export class ResendVerificationRequest {
  @EmailAddress()
  readonly email: string;
}
