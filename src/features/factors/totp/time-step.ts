import { Secret, TOTP } from 'otpauth';

export const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;

/** The parameters that all authenticator apps agree on. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS } as const;

/**
 * The time step of a code (RFC 6238 section 4.2), at most one before or after the present one: clocks of phones differ, and typing
 * takes time.
 * @param nowMs in milliseconds since the epoch
 * @returns null for a code of another step, and for anything that is no code
 */
export function timeStepOf(secret: Buffer, code: string, nowMs: number): number | null {
  const totp = new TOTP({ ...PARAMETERS, secret: secretOf(secret) });
  const delta = totp.validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? null : Math.floor(nowMs / 1_000 / PERIOD_SECONDS) + delta;
}

/** The URI that authenticator apps read from a QR code. */
export function totpUri(secret: Buffer, issuer: string, label: string): string {
  return new TOTP({ ...PARAMETERS, secret: secretOf(secret), issuer, label }).toString();
}

/** In Base32 (RFC 4648), as users type it. */
export function secretText(secret: Buffer): string {
  return secretOf(secret).base32;
}

function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
