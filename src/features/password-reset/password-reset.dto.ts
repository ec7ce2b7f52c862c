import { Password } from '../../passwords';
import { OneTimeToken } from '../../platform/one-time-tokens';
import { EmailAddress } from '../../users';

export class ForgotPasswordRequest {
  @EmailAddress()
  readonly email: string;
}

export class ResetPasswordRequest {
  @OneTimeToken()
  readonly token: string;

  @Password()
  readonly newPassword: string;
}
