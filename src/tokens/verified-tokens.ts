import { createHash } from 'node:crypto';
import type { AccessClaims } from './access-claims';

/** What a token said, and which key vouches for it. */
export interface VerifiedToken {
  readonly claims: AccessClaims;
  readonly kid: string;
}

/**
 * Tokens whose signature was found good before. The same token comes again for as long as it lives, so its signature is
 * checked once; whether it is still alive and its key still trusted is asked every time, elsewhere. Keyed by a digest, so that the memory of the
 * process holds no list of usable tokens.
 */
export class VerifiedTokens {
  private readonly tokens = new Map<string, VerifiedToken>();

  /** @param capacity how many are remembered; the oldest makes room */
  constructor(private readonly capacity = 10_000) {}

  find(token: string): VerifiedToken | undefined {
    return this.tokens.get(digestOf(token));
  }

  remember(token: string, verified: VerifiedToken): void {
    if (this.tokens.size >= this.capacity) {
      const [oldest] = this.tokens.keys();
      if (oldest !== undefined) this.tokens.delete(oldest);
    }
    this.tokens.set(digestOf(token), verified);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
