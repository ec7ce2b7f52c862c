import { Injectable } from '@nestjs/common';
import { Ceremony, readAuthenticatorHeader } from './ceremony';
import { type ChallengeUse, Challenges } from './challenges.service';
import { readClientData } from './client-data';
import { CounterNotices } from './counter-notices';
import { PasskeyStore, type PasskeyUse, type StoredPasskey } from './passkey.store';
import { PasskeySettings } from './passkeys.settings';
import type { AssertionCredential } from './webauthn-json.dto';
import { webauthn } from './webauthn-library';

/** A signature that was verified, and not used up yet. */
export interface VerifiedAssertion {
  readonly passkey: StoredPasskey;
  readonly signCount: number;
  readonly backedUp: boolean;
  readonly challenge: string;
}

/** Signatures of passkeys (WebAuthn section 7.2). */
@Injectable()
export class Assertions {
  constructor(
    private readonly ceremony: Ceremony,
    private readonly challenges: Challenges,
    private readonly store: PasskeyStore,
    private readonly settings: PasskeySettings,
    private readonly notices: CounterNotices,
  ) {}

  /**
   * Whether a signature is correct. Uses nothing up, but the challenge of a counter that has fallen.
   * @returns null for a wrong one; `unknown` where all is correct that can be verified without a key, and no user has the passkey
   */
  async verify(
    credential: AssertionCredential,
    use: ChallengeUse,
  ): Promise<VerifiedAssertion | 'unknown' | null> {
    const challenge = this.challengeIn(credential, use);
    if (challenge === null) return null;
    const passkey = await this.store.find(Buffer.from(credential.id, 'base64url'));
    if (!passkey) return 'unknown';
    const { userHandle } = credential.response;
    if (userHandle && userHandle !== passkey.handle.toString('base64url')) return null;
    const signed = await this.verifySignature(credential, passkey, challenge);
    if (!signed || signed.backupEligible !== passkey.backupEligible) return null;
    const { signCount, backedUp } = signed;
    if (hasFallen(passkey, signCount)) {
      // The same signature once more, as of a request that a browser repeats, has risen before and tells of no copy.
      if (await this.challenges.spend(challenge)) await this.notices.notify(passkey);
      return null;
    }
    return { passkey, signCount, backedUp, challenge };
  }

  /**
   * Uses a signature up, in the transaction that acts on it.
   * @returns false where it was used before, the counter has risen meanwhile, or the passkey is not allowed in this mode or was removed
   */
  async accept(
    { passkey, signCount, backedUp, challenge }: VerifiedAssertion,
    mode: PasskeyUse['mode'],
  ): Promise<boolean> {
    const use = { factorId: passkey.factorId, signCount, backedUp, mode };
    return (await this.challenges.spend(challenge)) && (await this.store.use(use));
  }

  /** @returns the challenge, where all holds that can be verified without a key; else null */
  private challengeIn({ id, rawId, response }: AssertionCredential, use: ChallengeUse): string | null {
    const data = readClientData(response.clientDataJSON);
    const header = readAuthenticatorHeader(Buffer.from(response.authenticatorData, 'base64url'));
    // Without an account named before, the authenticator names it.
    const isNamed = use.purpose !== 'sign-in' || Boolean(response.userHandle);
    const holds =
      data && header && this.ceremony.isVerified(header) && this.ceremony.accepts(data, 'webauthn.get', use);
    return holds && isNamed && id === rawId ? data.challenge : null;
  }

  private async verifySignature(
    { id, rawId, type, response }: AssertionCredential,
    { publicKey }: StoredPasskey,
    expectedChallenge: string,
  ): Promise<Signed | null> {
    const { clientDataJSON, authenticatorData, signature } = response;
    try {
      const { verified, authenticationInfo } = await webauthn().verifyAuthenticationResponse({
        response: {
          id,
          rawId,
          type,
          response: { clientDataJSON, authenticatorData, signature },
          clientExtensionResults: {},
        },
        expectedChallenge,
        expectedOrigin: [...this.settings.origins],
        expectedRPID: this.settings.rpId,
        requireUserVerification: true,
        // The library would throw for a counter before it has verified the signature.
        credential: { id, publicKey: new Uint8Array(publicKey), counter: 0 },
      });
      if (!verified) return null;
      const { newCounter, credentialBackedUp, credentialDeviceType } = authenticationInfo;
      const backupEligible = credentialDeviceType === 'multiDevice';
      return { signCount: newCounter, backedUp: credentialBackedUp, backupEligible };
    } catch {
      // It throws for bytes that are wrong, errors of types among them.
      return null;
    }
  }
}

interface Signed {
  readonly signCount: number;
  readonly backedUp: boolean;
  readonly backupEligible: boolean;
}

/** A counter is judged for passkeys of one device only: those that are copied to other devices do not count together. */
function hasFallen({ backupEligible, signCount: last }: StoredPasskey, signCount: number): boolean {
  return !backupEligible && signCount <= last && (signCount !== 0 || last !== 0);
}
