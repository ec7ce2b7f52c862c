const KEYED = /^\$gatehouse\$k=([\w-]+)(\$2b\$.+)$/;
// The costs of bcrypt are 4 to 31.
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

export interface StoredHash {
  /** The bcrypt part. */
  readonly bcrypt: string;
  readonly cost: number;
  /** The key of the HMAC before bcrypt; undefined for a plain hash of an older system. */
  readonly keyId: string | undefined;
}

/** @returns undefined for an unknown format */
export function parseHash(text: string): StoredHash | undefined {
  const [, keyId, keyedPart] = KEYED.exec(text) ?? [];
  const bcrypt = keyedPart ?? text;
  const cost = BCRYPT.exec(bcrypt)?.[1];
  return cost === undefined ? undefined : { bcrypt, cost: Number(cost), keyId };
}

// The part of the PHC string format by which stored hashes are distinguished.
const HASH = /^\$[a-z0-9-]+\$[\x21-\x7e]{1,400}$/;

/**
 * @param hash of bcrypt or of the algorithm of a module
 * @throws Error for a hash that could not be parsed again; the message does not contain the hash
 */
export function formatHash(hash: string, keyId: string): string {
  if (!HASH.test(hash))
    throw new Error(
      'A @PasswordHashing() provider returned a hash that does not begin with its name, such as "$scrypt$…"',
    );
  return `$gatehouse$k=${keyId}${hash}`;
}

/** The hash that `formatHash` was called with; undefined for a plain hash or another key. */
export function keyedPartOf(text: string, keyId: string): string | undefined {
  const prefix = `$gatehouse$k=${keyId}`;
  return text.startsWith(`${prefix}$`) ? text.slice(prefix.length) : undefined;
}

/** A well-formed hash of the given cost that no password matches, to compare against for equal work. */
export function decoyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(21)}O${'.'.repeat(31)}`;
}

/**
 * The costs of the decoys that raise the work of a check of `cost` to that of `target`. The work of bcrypt doubles with each step, and
 * 2^c + (2^c + 2^(c+1) + … + 2^(t-1)) = 2^t.
 */
export function topUpCosts(cost: number, target: number): number[] {
  return Array.from({ length: Math.max(0, target - cost) }, (_, step) => cost + step);
}

/** The highest value of `BCRYPT_COST`, which already takes seconds. */
const HIGHEST_FOREIGN_COST = 15;

/** Why a hash of another system cannot be imported; undefined where it can. The message does not contain the hash. */
export function problemOfForeignHash(text: string): string | undefined {
  const stored = parseHash(text);
  if (!stored) return 'is no bcrypt hash as $2a$, $2b$ or $2y$';
  if (stored.keyId !== undefined)
    return 'is a hash of Gatehouse, which only opens with the key of its own database';
  if (stored.cost > HIGHEST_FOREIGN_COST)
    return `has the bcrypt cost ${stored.cost}: a check of more than ${HIGHEST_FOREIGN_COST} takes too long for a sign-in`;
  return undefined;
}
