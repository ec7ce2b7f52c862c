import { Injectable } from '@nestjs/common';
import { Clock, HOUR_MS } from '../clock';
import { EventBus } from '../events';
import { JobScheduler } from '../jobs';
import { digestOf, generateToken, type TokenPurpose } from './one-time-token';
import { InvalidOrExpiredToken } from './one-time-token.errors';
import { OneTimeTokenRefused } from './one-time-token.events';
import { type TokenSubject, OneTimeTokenStore } from './one-time-token.store';

/** The number of valid tokens for one user and purpose; while there are as many, no further one is issued. */
export const MAX_ACTIVE_TOKENS = 5;

const PAGE_ROWS = 1_000;

/** A new token. It is not stored in the clear, so it cannot be read again. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * The tokens of links in mails: random, valid once, for one purpose and one user. The database stores only their digests.
 */
@Injectable()
export class OneTimeTokens {
  constructor(
    private readonly store: OneTimeTokenStore,
    private readonly clock: Clock,
    private readonly events: EventBus,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'one-time-tokens', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  /**
   * Issues a token, in a transaction that has locked the user.
   * @returns null where `MAX_ACTIVE_TOKENS` are valid
   */
  async issue(purpose: TokenPurpose, { userId, details = {} }: TokenRequest): Promise<IssuedToken | null> {
    const [token, createdAt] = [generateToken(purpose), this.clock.now()];
    const expiresAt = new Date(createdAt.getTime() + purpose.lifetimeMs);
    const { name, lasting = false } = purpose;
    const kept = { digest: digestOf(token), purpose: name, userId, details, lasting, createdAt, expiresAt };
    return (await this.store.issue(kept, MAX_ACTIVE_TOKENS)) ? { token, expiresAt } : null;
  }

  /**
   * The user and the details of a token, without redeeming it.
   * @throws InvalidOrExpiredToken
   */
  async get({ name }: TokenPurpose, token: string): Promise<TokenSubject> {
    const claim = await this.store.find(digestOf(token), name, this.clock.now());
    if (!claim) await this.events.publish(new OneTimeTokenRefused({ details: { purpose: name } }));
    return valid(claim);
  }

  /**
   * Redeems a token. This ends it and, unless the purpose is independent, the others of its purpose. Of any number of parallel calls one
   * succeeds.
   * @throws InvalidOrExpiredToken
   */
  async redeem({ name, independent = false }: TokenPurpose, token: string): Promise<TokenSubject> {
    return valid(await this.store.redeem(digestOf(token), name, this.clock.now(), independent));
  }

  /** @returns the details of the valid tokens of a user */
  async findActive({ name }: TokenPurpose, userId: string): Promise<TokenSubject['details'][]> {
    return (await this.store.findActive(userId, name, this.clock.now())).map(({ details }) => details);
  }

  /** Revokes the tokens of a user, of one purpose or of all, except lasting ones. */
  async revokeAllOf(userId: string, purpose?: TokenPurpose): Promise<void> {
    await this.store.revokeAllOf(userId, purpose?.name ?? null);
  }

  /** Revokes the tokens of a user except lasting ones, and except those of this purpose with the same details. */
  async revokeOthers({ name }: TokenPurpose, { userId, details = {} }: TokenRequest): Promise<void> {
    await this.store.revokeOthers({ userId, details }, name);
  }

  private async purge(): Promise<boolean> {
    return (await this.store.purge(this.clock.now(), PAGE_ROWS)) === PAGE_ROWS;
  }
}

export interface TokenRequest {
  readonly userId: string;
  /** Stored in the clear with the token: no secret. */
  readonly details?: Readonly<Record<string, string>>;
}

function valid(claim: TokenSubject | null): TokenSubject {
  if (!claim) throw new InvalidOrExpiredToken();
  return claim;
}
