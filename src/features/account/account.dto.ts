import { ApiProperty } from '@nestjs/swagger';
import { Password } from '../../passwords';
import { OneTimeToken } from '../../platform/one-time-tokens';
import { EmailAddress } from '../../users';

export class ChangePasswordRequest {
  @Password()
  readonly currentPassword: string;

  @ApiProperty({ example: 'nine wrens carry 4 kettles' })
  @Password()
  readonly newPassword: string;
}

export class ChangeEmailRequest {
  @ApiProperty({ example: 'ada@example.net' })
  @EmailAddress()
  readonly newEmail: string;

  @Password()
  readonly password: string;
}

export class EmailChangeTokenRequest {
  @OneTimeToken()
  readonly token: string;
}

export class DeleteAccountRequest {
  @Password()
  readonly password: string;
}

/** A section for each module that stores data about users. */
export class ExportResponse {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly exportedAt: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'By the section of the module that keeps it',
    example: { account: { id: '01a22289-4dfd-7000-8000-01a3f8164e61', email: 'ada@example.com' } },
  })
  readonly data: Record<string, unknown>;
}
