/** In characters. Longer tokens are refused before they are hashed. */
const LONGEST = 4_096;
/** A browser drops a cookie whose name and value are longer than 4,096 bytes together. */
export const LONGEST_SIGNED = 4_080;
const HEADER_MEMBERS = 'alg,kid,typ';

export interface AccessTokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/**
 * Parses the header of a token that has exactly the form of this application's tokens: three canonical base64url parts, header and payload
 * as JSON in the form that `JSON.stringify` writes, the `typ` of RFC 9068, and no member that names a key or an extension (`jku`, `x5u`,
 * `jwk`, `crit`).
 *
 * @returns undefined for any other token
 */
export function accessTokenHeaderOf(token: string): AccessTokenHeader | undefined {
  if (token.length > LONGEST) return undefined;
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) return undefined;
  const [header, payload] = parts.slice(0, 2).map(parseObject);
  if (!header || !payload || Object.keys(header).toSorted().join() !== HEADER_MEMBERS) return undefined;
  const { alg, kid, typ } = header;
  return typ === 'at+jwt' && typeof alg === 'string' && typeof kid === 'string' ? { alg, kid } : undefined;
}

/** Accepts one encoding of a byte string only, because an altered token could otherwise pass as the signed one. */
function isCanonical(part: string): boolean {
  return part.length > 0 && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    const value: unknown = JSON.parse(text);
    // Parsers disagree about duplicate member names (RFC 7519 section 4).
    if (JSON.stringify(value) !== text) return undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
