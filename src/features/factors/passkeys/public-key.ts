import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { webauthnHelpers } from './webauthn-library';

const SMALLEST_MODULUS_BITS = 2_048;
/** OpenSSL verifies by none that is longer. */
const LARGEST_MODULUS_BITS = 16_384;
/** With an exponent of 1 everyone could sign; smaller ones than this one are not used (FIPS 186-5). */
const SMALLEST_EXPONENT = 65_537n;

// Of COSE_Key (RFC 9053 section 7, RFC 8230).
const [KTY, ALG, CURVE] = [1, 3, -1];

/**
 * Whether a key can verify signatures by its algorithm. The library reads keys at their first use only: a first factor that never signs
 * would lock its owner out, and one that everyone can sign for proves nothing.
 * @param coseKey of an algorithm in `ALGORITHMS`
 */
export function isUsableKey(coseKey: Uint8Array): boolean {
  const jwk = jwkOf(coseKey);
  if (!jwk) return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
    if (jwk.kty !== 'RSA') return true;
    const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
    const hasFittingLength = modulusLength >= SMALLEST_MODULUS_BITS && modulusLength <= LARGEST_MODULUS_BITS;
    return hasFittingLength && publicExponent >= SMALLEST_EXPONENT;
  } catch {
    // No point of the curve, or a number of another length.
    return false;
  }
}

/** @returns null for a key that does not fit its algorithm */
function jwkOf(coseKey: Uint8Array): JsonWebKey | null {
  const key = webauthnHelpers().isoCBOR.decodeFirst<ReadonlyMap<number, unknown>>(new Uint8Array(coseKey));
  const bytes = (label: number): string => {
    const value = key.get(label);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : '';
  };
  const [kty, alg, curve] = [KTY, ALG, CURVE].map((label) => key.get(label));
  if (alg === -7 && kty === 2 && curve === 1) return { kty: 'EC', crv: 'P-256', x: bytes(-2), y: bytes(-3) };
  if (alg === -8 && kty === 1 && curve === 6) return { kty: 'OKP', crv: 'Ed25519', x: bytes(-2) };
  return alg === -257 && kty === 3 ? { kty: 'RSA', n: bytes(-1), e: bytes(-2) } : null;
}
