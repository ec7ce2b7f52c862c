import { Password } from '../../passwords';
import { OneTimeToken } from '../../platform/one-time-tokens';
import { DisplayName } from '../../users';

export class AcceptInvitationRequest {
  @OneTimeToken()
  readonly token: string;

  @Password()
  readonly password: string;

  @DisplayName()
  readonly displayName?: string | null;
}
