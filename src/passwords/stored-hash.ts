const KEYED = /^\$gatehouse\$k=([\w-]+)(\$2b\$.+)$/;
// bcrypt knows the costs 4 to 31.
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** A hash as it stands in the database. */
export interface StoredHash {
  /** The bcrypt part. */
  readonly bcrypt: string;
  readonly cost: number;
  /** Which key the password went through before bcrypt; undefined for a plain hash of an older system. */
  readonly keyId: string | undefined;
}

/** @returns undefined for what is no hash this build understands */
export function parseHash(text: string): StoredHash | undefined {
  const [, keyId, keyedPart] = KEYED.exec(text) ?? [];
  const bcrypt = keyedPart ?? text;
  const cost = BCRYPT.exec(bcrypt)?.[1];
  return cost === undefined ? undefined : { bcrypt, cost: Number(cost), keyId };
}

// The PHC string format, as far as it matters here: what is stored has to be told apart again.
const HASH = /^\$[a-z0-9-]+\$[\x21-\x7e]{1,400}$/;

/**
 * @param hash of bcrypt or of an algorithm of a module's
 * @throws Error where it could not be read back; the hash itself is in none of the words
 */
export function formatHash(hash: string, keyId: string): string {
  if (!HASH.test(hash))
    throw new Error('a module made a hash that does not begin with its name, as "$scrypt$…"');
  return `$gatehouse$k=${keyId}${hash}`;
}

/** What `formatHash` was given; undefined for what was made without a key or with another one. */
export function keyedPartOf(text: string, keyId: string): string | undefined {
  const prefix = `$gatehouse$k=${keyId}`;
  return text.startsWith(`${prefix}$`) ? text.slice(prefix.length) : undefined;
}

/** A well-formed hash of the given cost that no password has: checking against it is the work, and nothing else. */
export function decoyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(21)}O${'.'.repeat(31)}`;
}

/**
 * The costs of the decoys that, run after a check of `cost`, make the work that of `target`: bcrypt's work doubles with
 * each step, and 2^c + (2^c + 2^(c+1) + … + 2^(t-1)) = 2^t.
 */
export function topUpCosts(cost: number, target: number): number[] {
  return Array.from({ length: Math.max(0, target - cost) }, (_, step) => cost + step);
}

/** Each step doubles the work, and what `BCRYPT_COST` allows at most takes seconds already. */
const HIGHEST_FOREIGN_COST = 15;

/** Why a hash of another system cannot be taken over, or undefined where it can. The hash itself is in none of the words. */
export function problemOfForeignHash(text: string): string | undefined {
  const stored = parseHash(text);
  if (!stored) return 'is no bcrypt hash as $2a$, $2b$ or $2y$';
  if (stored.keyId !== undefined)
    return 'is a hash of Gatehouse, which only opens with the key of its own database';
  if (stored.cost > HIGHEST_FOREIGN_COST)
    return `has the bcrypt cost ${stored.cost}: a check of more than ${HIGHEST_FOREIGN_COST} takes too long for a sign-in`;
  return undefined;
}
