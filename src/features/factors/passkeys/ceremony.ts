import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ChallengeUse, Challenges } from './challenges.service';
import type { ClientData } from './client-data';
import { PasskeySettings } from './passkeys.settings';

const RP_ID_HASH_BYTES = 32;
const HEADER_BYTES = 37;
/** Twice what the longest id and a long key of RSA need. To decode more CBOR, of many small items, would stop the server for a while. */
const MOST_BYTES = 4_096;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** The beginning of authenticator data, which each signature has (WebAuthn section 6.1). */
export interface AuthenticatorHeader {
  readonly rpIdHash: Buffer;
  readonly isUserVerified: boolean;
}

/** @returns null for bytes that are too few or too many */
export function readAuthenticatorHeader(bytes: Buffer): AuthenticatorHeader | null {
  if (bytes.length < HEADER_BYTES || bytes.length > MOST_BYTES) return null;
  const flags = bytes.readUInt8(RP_ID_HASH_BYTES);
  const isUserVerified = (flags & USER_PRESENT) !== 0 && (flags & USER_VERIFIED) !== 0;
  return { rpIdHash: bytes.subarray(0, RP_ID_HASH_BYTES), isUserVerified };
}

/** What holds for each ceremony of WebAuthn and can be verified without a key. The library verifies most of it again. */
@Injectable()
export class Ceremony {
  private readonly rpIdHash: Buffer;

  constructor(
    private readonly settings: PasskeySettings,
    private readonly challenges: Challenges,
  ) {
    this.rpIdHash = createHash('sha256').update(settings.rpId).digest();
  }

  /** Whether a page of ours has run the ceremony of this type, for a challenge that was issued for this use. */
  accepts(data: ClientData, type: 'webauthn.create' | 'webauthn.get', use: ChallengeUse): boolean {
    const isFramed = data.crossOrigin === true || data.topOrigin !== undefined;
    return (
      data.type === type &&
      !isFramed &&
      this.settings.origins.includes(data.origin) &&
      this.challenges.isValid(data.challenge, use)
    );
  }

  /** Whether the authenticator has verified the user, for our domain. */
  isVerified({ rpIdHash, isUserVerified }: AuthenticatorHeader): boolean {
    return isUserVerified && rpIdHash.equals(this.rpIdHash);
  }
}
