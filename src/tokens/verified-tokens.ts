import { createHash } from 'node:crypto';
import type { AccessClaims } from './access-claims';

/**
 * Tokens whose signature was found good before. The same token comes again for as long as it lives, so its signature is
 * checked once; whether it is still alive is asked every time, elsewhere. Keyed by a digest, so that the memory of the
 * process holds no list of usable tokens.
 */
export class VerifiedTokens {
  private readonly claims = new Map<string, AccessClaims>();

  /** @param capacity how many are remembered; the oldest makes room */
  constructor(private readonly capacity = 10_000) {}

  find(token: string): AccessClaims | undefined {
    return this.claims.get(digestOf(token));
  }

  remember(token: string, claims: AccessClaims): void {
    if (this.claims.size >= this.capacity) {
      const [oldest] = this.claims.keys();
      if (oldest !== undefined) this.claims.delete(oldest);
    }
    this.claims.set(digestOf(token), claims);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
