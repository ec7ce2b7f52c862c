import { Injectable } from '@nestjs/common';
import { NotFound } from '../../../platform/http';
import { MailSettings } from '../../../platform/mail';
import type { User } from '../../../users';
import { CHALLENGE_SECONDS, type ChallengeUse, Challenges } from './challenges.service';
import type {
  CreationOptionsResponse,
  CredentialDescriptor,
  RequestOptionsResponse,
} from './passkey-options.dto';
import { PasskeyStore } from './passkey.store';
import { PasskeySettings } from './passkeys.settings';
import { ALGORITHMS } from './registrations.service';

const timeout = CHALLENGE_SECONDS * 1_000;

/** The options of both ceremonies, as `PublicKeyCredential.parse…OptionsFromJSON()` takes them. */
@Injectable()
export class PasskeyOptions {
  constructor(
    private readonly settings: PasskeySettings,
    private readonly challenges: Challenges,
    private readonly store: PasskeyStore,
    private readonly mail: MailSettings,
  ) {}

  /** Options to register a passkey. */
  async forRegistration(user: User, use: ChallengeUse): Promise<CreationOptionsResponse> {
    const handle = await this.store.handleOf(user.id);
    return {
      rp: { id: this.settings.rpId, name: this.mail.appName },
      user: {
        id: handle.toString('base64url'),
        name: user.email,
        displayName: user.displayName ?? user.email,
      },
      challenge: this.challenges.issue(use),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout,
      excludeCredentials: await this.descriptorsOf(user.id),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    };
  }

  /**
   * Options to sign in without a name: the same for everyone, but for the challenge.
   * @throws NotFound where a passkey alone does not sign in
   */
  forSignIn(): RequestOptionsResponse {
    if (!this.settings.signIn) throw new NotFound();
    return this.request({ purpose: 'sign-in', binding: '' }, []);
  }

  /** Options to sign with one of the passkeys of a user. */
  async forUser(userId: string, use: ChallengeUse): Promise<RequestOptionsResponse> {
    return this.request(use, await this.descriptorsOf(userId));
  }

  private request(use: ChallengeUse, allowCredentials: CredentialDescriptor[]): RequestOptionsResponse {
    const { rpId } = this.settings;
    return {
      challenge: this.challenges.issue(use),
      timeout,
      rpId,
      allowCredentials,
      userVerification: 'required',
    };
  }

  private async descriptorsOf(userId: string): Promise<CredentialDescriptor[]> {
    const passkeys = await this.store.list(userId);
    // No browser finds a passkey of another domain.
    return passkeys
      .filter(({ rpId }) => rpId === this.settings.rpId)
      .map(({ credentialId, transports }) => ({
        type: 'public-key',
        id: credentialId.toString('base64url'),
        transports,
      }));
  }
}
