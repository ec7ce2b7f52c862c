import { Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { EventBus } from '../events';
import { JobScheduler } from '../jobs';
import { digestOf, generateToken, type TokenPurpose } from './one-time-token';
import { InvalidOrExpiredToken } from './one-time-token.errors';
import { OneTimeTokenRefused } from './one-time-token.events';
import { type TokenSubject, OneTimeTokenStore } from './one-time-token.store';

/** Alive at once for one user and purpose; whoever asks for more gets none, and the ones there are go on working. */
export const MAX_ACTIVE_TOKENS = 5;

const HOUR_MS = 3_600_000;
const PAGE_ROWS = 1_000;

/** A token that was just made; it is nowhere else, and cannot be had again. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * What stands behind every link in a mail: a random token that is good once, for one thing and one user. The database has
 * its digest only.
 */
@Injectable()
export class OneTimeTokens {
  constructor(
    private readonly store: OneTimeTokenStore,
    private readonly clock: Clock,
    private readonly events: EventBus,
    upkeep: JobScheduler,
  ) {
    upkeep.schedule({ name: 'one-time-tokens', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  /**
   * Makes one, in a transaction that keeps others from doing so for this user.
   * @returns null where as many as there may be are alive
   */
  async issue(purpose: TokenPurpose, { userId, details = {} }: TokenRequest): Promise<IssuedToken | null> {
    const [token, createdAt] = [generateToken(purpose), this.clock.now()];
    const expiresAt = new Date(createdAt.getTime() + purpose.lifetimeMs);
    const { name, lasting = false } = purpose;
    const kept = { digest: digestOf(token), purpose: name, userId, details, lasting, createdAt, expiresAt };
    return (await this.store.issue(kept, MAX_ACTIVE_TOKENS)) ? { token, expiresAt } : null;
  }

  /**
   * What a token stands for, without using it.
   * @throws InvalidOrExpiredToken
   */
  async get({ name }: TokenPurpose, token: string): Promise<TokenSubject> {
    const claim = await this.store.find(digestOf(token), name, this.clock.now());
    if (!claim) await this.events.publish(new OneTimeTokenRefused({ details: { purpose: name } }));
    return valid(claim);
  }

  /**
   * Uses a token, which ends it and, unless they are independent, the others of its purpose. Of any number of parallel uses one succeeds.
   * @throws InvalidOrExpiredToken
   */
  async redeem({ name, independent = false }: TokenPurpose, token: string): Promise<TokenSubject> {
    return valid(await this.store.redeem(digestOf(token), name, this.clock.now(), independent));
  }

  /** What was to be remembered with the tokens of a user that are good. */
  async findActive({ name }: TokenPurpose, userId: string): Promise<TokenSubject['details'][]> {
    return (await this.store.findActive(userId, name, this.clock.now())).map(({ details }) => details);
  }

  /** Ends the tokens of a user, of one purpose or of all, but for those that last. */
  async revokeAllOf(userId: string, purpose?: TokenPurpose): Promise<void> {
    await this.store.revokeAllOf(userId, purpose?.name ?? null);
  }

  /** The same of all but those of a purpose that stand for exactly this. */
  async revokeOthers({ name }: TokenPurpose, { userId, details = {} }: TokenRequest): Promise<void> {
    await this.store.revokeOthers({ userId, details }, name);
  }

  private async purge(): Promise<boolean> {
    return (await this.store.purge(this.clock.now(), PAGE_ROWS)) === PAGE_ROWS;
  }
}

export interface TokenRequest {
  readonly userId: string;
  /** What to remember with it; no secret. */
  readonly details?: Readonly<Record<string, string>>;
}

function valid(claim: TokenSubject | null): TokenSubject {
  if (!claim) throw new InvalidOrExpiredToken();
  return claim;
}
