/** In characters. Ours are below one kilobyte; nothing larger is worth hashing. */
const LONGEST = 4_096;
/** A browser drops a cookie whose name and value are longer than 4,096 bytes together. */
export const LONGEST_SIGNED = 4_080;
const HEADER_MEMBERS = 'alg,kid,typ';

export interface AccessTokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/**
 * The header of a token that has exactly the form of ours: three canonical base64url parts, header and payload JSON
 * objects as we write them, `typ` as RFC 9068 asks, and no member that could name a key or demand an extension (`jku`,
 * `x5u`, `jwk`, `crit`).
 *
 * @returns undefined for anything else
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

/** One byte string has one spelling: otherwise altered tokens could pass for the one that was signed. */
function isCanonical(part: string): boolean {
  return part.length > 0 && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    const value: unknown = JSON.parse(text);
    // A name that stands there twice means one thing to one reader and another to the next (RFC 7519 section 4).
    if (JSON.stringify(value) !== text) return undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
