import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, HOUR_MS } from '../../../platform/clock';
import { Database, type Statement } from '../../../platform/database';
import { JobScheduler } from '../../../platform/jobs';
import { Keyring } from '../../../platform/keyring';

export const CHALLENGE_SECONDS = 300;
const RANDOM_BYTES = 16;
const EXPIRY_BYTES = 8;
const PAGE_ROWS = 1_000;

/** What a challenge was issued for; it is valid for nothing else. */
export interface ChallengeUse {
  readonly purpose: 'registration' | 'sign-in' | 'second-step' | 'reauthentication';
  /** The session or the pending sign-in; empty for a sign-in, which nothing precedes. */
  readonly binding: string;
}

// One statement, so that of parallel uses one succeeds.
const SPEND: Statement = {
  name: 'challenge-spend',
  text: `INSERT INTO spent_challenges (digest, expires_at) VALUES ($1, $2)
    ON CONFLICT DO NOTHING RETURNING true AS spent`,
};

const PURGE: Statement = {
  name: 'challenge-purge',
  text: `DELETE FROM spent_challenges WHERE digest IN (SELECT digest FROM spent_challenges WHERE expires_at <= $1 LIMIT $2)
    RETURNING true AS purged`,
};

/**
 * The challenges of WebAuthn: random bytes, an expiry, and a code of authenticity over both and their use. So options cost no row, and
 * only redeemed challenges are stored.
 */
@Injectable()
export class Challenges implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'spent-challenges', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('factors')).material;
  }

  /** @returns a new challenge in Base64url */
  issue(use: ChallengeUse): string {
    const expiry = Buffer.alloc(EXPIRY_BYTES);
    expiry.writeBigUInt64BE(BigInt(this.clock.nowMs() + CHALLENGE_SECONDS * 1_000));
    const content = Buffer.concat([randomBytes(RANDOM_BYTES), expiry]);
    return Buffer.concat([content, this.codeOf(content, use)]).toString('base64url');
  }

  /** Whether `issue` returned it for this use, and it has not expired. It may be spent. */
  isValid(challenge: string, use: ChallengeUse): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    // The text is part of what was signed, so it has one form only.
    if (bytes.toString('base64url') !== challenge) return false;
    const content = bytes.subarray(0, RANDOM_BYTES + EXPIRY_BYTES);
    const [code, expected] = [bytes.subarray(content.length), this.codeOf(content, use)];
    if (code.length !== expected.length || !timingSafeEqual(code, expected)) return false;
    return expiryOf(bytes) > this.clock.nowMs();
  }

  /**
   * Uses a valid challenge up, in the transaction that acts on it.
   * @returns false where it was used before
   */
  async spend(challenge: string): Promise<boolean> {
    const digest = createHash('sha256').update(challenge).digest();
    const expiresAt = new Date(expiryOf(Buffer.from(challenge, 'base64url')));
    return (await this.database.query(SPEND, [digest, expiresAt])).length > 0;
  }

  private codeOf(content: Buffer, { purpose, binding }: ChallengeUse): Buffer {
    return createHmac('sha256', this.key)
      .update(`passkey-challenge/${purpose}/${binding}/`)
      .update(content)
      .digest();
  }

  /** An hour late, since the clocks of instances differ. */
  private async purge(): Promise<boolean> {
    const before = new Date(this.clock.nowMs() - HOUR_MS);
    return (await this.database.query(PURGE, [before, PAGE_ROWS])).length === PAGE_ROWS;
  }
}

/** In milliseconds. */
function expiryOf(bytes: Buffer): number {
  return Number(bytes.readBigUInt64BE(RANDOM_BYTES));
}
