import { ApiProperty } from '@nestjs/swagger';
import { Passphrase } from '../passwords';
import { OneTimeToken } from '../platform/one-time-tokens';
import { EmailAddress } from '../users';

export class ChangePasswordRequest {
  @Passphrase()
  readonly currentPassword: string;

  @Passphrase()
  readonly newPassword: string;
}

export class ChangeEmailRequest {
  @EmailAddress()
  readonly newEmail: string;

  @Passphrase()
  readonly password: string;
}

export class EmailChangeTokenRequest {
  @OneTimeToken()
  readonly token: string;
}

export class DeleteAccountRequest {
  @Passphrase()
  readonly password: string;
}

/** A section for each module that keeps something about its users. */
export class ExportResponse {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly exportedAt: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'By the section of the module that keeps it',
  })
  readonly data: Record<string, unknown>;
}
