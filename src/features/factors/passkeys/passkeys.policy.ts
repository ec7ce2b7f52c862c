import { Injectable } from '@nestjs/common';
import { PolicyMember, type PolicyMemberProvider } from '../../../auth';
import { PasskeyPolicy } from './passkeys.dto';
import { PasskeySettings } from './passkeys.settings';

@Injectable()
@PolicyMember({ name: 'passkeys', type: PasskeyPolicy })
export class PasskeyPolicyMember implements PolicyMemberProvider {
  constructor(private readonly settings: PasskeySettings) {}

  read(): PasskeyPolicy {
    const { rpId, signIn } = this.settings;
    return { rpId, signIn };
  }
}
