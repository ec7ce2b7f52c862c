import { Injectable } from '@nestjs/common';
import { InvalidFactor } from '../../../auth';
import { ValidationFailed } from '../../../platform/errors';
import { Ceremony, readAuthenticatorHeader } from './ceremony';
import type { ChallengeUse } from './challenges.service';
import { readClientData } from './client-data';
import type { NewPasskey } from './passkey.store';
import { PasskeySettings } from './passkeys.settings';
import { isUsableKey } from './public-key';
import type { AttestationCredential } from './webauthn-json.dto';
import { webauthn, webauthnHelpers } from './webauthn-library';

/** COSE algorithms (RFC 9053): ES256, EdDSA, RS256. */
export const ALGORITHMS = [-7, -8, -257] as const;

/** A passkey, and the challenge that its registration answers. */
export interface VerifiedRegistration {
  readonly passkey: NewPasskey;
  readonly challenge: string;
}

/** New passkeys (WebAuthn section 7.1). */
@Injectable()
export class Registrations {
  constructor(
    private readonly ceremony: Ceremony,
    private readonly settings: PasskeySettings,
  ) {}

  /** @throws InvalidFactor for another challenge, page, domain or user verification; ValidationFailed for what is no usable key */
  async verify(credential: AttestationCredential, use: ChallengeUse): Promise<VerifiedRegistration> {
    const data = readClientData(credential.response.clientDataJSON);
    const authData = authenticatorDataIn(credential);
    const header = readAuthenticatorHeader(authData);
    if (!data || !header) throw malformed();
    const holds = this.ceremony.accepts(data, 'webauthn.create', use) && this.ceremony.isVerified(header);
    if (!holds || credential.id !== credential.rawId) throw new InvalidFactor();
    const passkey = await this.read(credential, authData, data.challenge);
    // The library compares the id with nothing.
    if (!passkey.credentialId.equals(Buffer.from(credential.id, 'base64url'))) throw new InvalidFactor();
    return { passkey, challenge: data.challenge };
  }

  private async read(
    { id, rawId, type, response }: AttestationCredential,
    authData: Buffer,
    expectedChallenge: string,
  ): Promise<NewPasskey> {
    const { clientDataJSON, transports } = response;
    const attestationObject = withoutStatement(authData);
    try {
      const { registrationInfo } = await webauthn().verifyRegistrationResponse({
        response: {
          id,
          rawId,
          type,
          response: { clientDataJSON, attestationObject },
          clientExtensionResults: {},
        },
        expectedChallenge,
        expectedOrigin: [...this.settings.origins],
        expectedRPID: this.settings.rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: [...ALGORITHMS],
      });
      if (!registrationInfo || !isUsableKey(registrationInfo.credential.publicKey)) throw malformed();
      const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
      return {
        credentialId: Buffer.from(credential.id, 'base64url'),
        publicKey: Buffer.from(credential.publicKey),
        signCount: credential.counter,
        backupEligible: credentialDeviceType === 'multiDevice',
        backedUp: credentialBackedUp,
        transports: transports ?? [],
        aaguid,
        rpId: this.settings.rpId,
      };
    } catch {
      // It throws for bytes that are wrong, errors of types among them.
      throw malformed();
    }
  }
}

function malformed(): ValidationFailed {
  const detail = 'Must be an attestation object with a key of ES256, EdDSA or RS256.';
  return new ValidationFailed([
    { pointer: '/credential/response/attestationObject', code: 'attestation-object', detail },
  ]);
}

/** @throws ValidationFailed */
function authenticatorDataIn({ response }: AttestationCredential): Buffer {
  try {
    const bytes = new Uint8Array(Buffer.from(response.attestationObject, 'base64url'));
    const authData: unknown = webauthnHelpers().decodeAttestationObject(bytes).get('authData');
    if (authData instanceof Uint8Array) return Buffer.from(authData);
  } catch {
    // The same answer as for other bytes that are wrong.
  }
  throw malformed();
}

/**
 * The attestation object with the format "none". No statement was asked for, and to verify one the library would fetch lists of revoked
 * certificates from addresses that the client names.
 */
function withoutStatement(authData: Buffer): string {
  const { isoCBOR } = webauthnHelpers();
  const entries: [string, string | Uint8Array | Map<never, never>][] = [
    ['fmt', 'none'],
    ['attStmt', new Map<never, never>()],
    ['authData', new Uint8Array(authData)],
  ];
  return Buffer.from(isoCBOR.encode(new Map(entries))).toString('base64url');
}
