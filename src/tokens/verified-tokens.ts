import { createHash } from 'node:crypto';
import type { AccessClaims } from './access-claims';

/** The claims of a token, and the key that signed it. */
export interface VerifiedToken {
  readonly claims: AccessClaims;
  readonly kid: string;
}

/**
 * A cache of tokens whose signature was verified, so that the signature of a token is checked once. The caller checks expiry and key every
 * time. Keyed by a digest, so that the memory of the process holds no usable tokens.
 */
export class VerifiedTokens {
  private readonly tokens = new Map<string, VerifiedToken>();

  /** @param capacity the number of tokens after which the oldest is evicted */
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
