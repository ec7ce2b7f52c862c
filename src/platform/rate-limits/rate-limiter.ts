import { createHmac } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../clock';
import { RateLimited, Unavailable } from '../errors';
import { EventBus } from '../events';
import { Keyring } from '../keyring';
import { JobScheduler } from '../jobs';
import { RateLimitExceeded } from './rate-limits.events';
import { RateLimitSettings } from './rate-limits.settings';
import { RateLimitStore, type RateLimitCount } from './rate-limit.store';
import type { RateLimitPolicy } from './rate-limit-policy';

const HOUR_MS = 3_600_000;
/** Longer than any wait: until then strikes count. */
const KEPT_MS = 24 * HOUR_MS;
const PAGE_ROWS = 1_000;
const MOST_REMEMBERED = 10_000;
/** How long a wait is refused from memory before the database is asked again: another instance may have reset it. */
const REMEMBERED_MS = 2_000;

/** An attempt that was counted and may go on. */
export interface RateLimitAttempt {
  readonly key: Buffer;
  /** Attempts left in the window. */
  readonly left: number;
  readonly until: Date;
  readonly consumedAt: Date;
  /** Whether others that were not given back came before it. */
  readonly afterFailures: boolean;
  /** The same attempt in another budget, given back with this one. */
  readonly also?: RateLimitAttempt;
}

interface CachedWait {
  readonly untilMs: number;
  readonly rememberedUntilMs: number;
}

/**
 * Counts attempts before they are made, in the database, so that a limit is one limit for all instances. Waits grow and
 * end; nobody is locked out for good (ASVS 6.3.1).
 */
@Injectable()
export class RateLimiter implements OnModuleInit {
  private secret: Buffer;
  /** The waits that are under way, so that a flood of refused attempts costs no query each. */
  private readonly waits = new Map<string, CachedWait>();

  constructor(
    private readonly store: RateLimitStore,
    private readonly clock: Clock,
    private readonly settings: RateLimitSettings,
    private readonly keyring: Keyring,
    private readonly events: EventBus,
    upkeep: JobScheduler,
  ) {
    upkeep.schedule({ name: 'attempts', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  async onModuleInit(): Promise<void> {
    this.secret = (await this.keyring.secretFor('device')).material;
  }

  get enabled(): boolean {
    return this.settings.enabled;
  }

  /**
   * Counts an attempt of whoever the key names.
   * @throws RateLimited where the budget is used up: nothing is to be checked then, right or wrong
   */
  async consume(budget: RateLimitPolicy, ...who: readonly string[]): Promise<RateLimitAttempt> {
    try {
      return await this.count(budget, who);
    } catch (error) {
      const { name, per } = budget;
      if (error instanceof RateLimited)
        await this.events.publish(new RateLimitExceeded({ details: { name, per } }));
      throw error;
    }
  }

  /**
   * Counts a claimed attempt in a further budget.
   * @throws RateLimited where that one is used up; the attempt is given back then
   */
  async consumeAlso(
    attempt: RateLimitAttempt,
    budget: RateLimitPolicy,
    ...who: readonly string[]
  ): Promise<RateLimitAttempt> {
    try {
      return { ...attempt, also: await this.consume(budget, ...who) };
    } catch (error) {
      await this.refund(attempt);
      throw error;
    }
  }

  /** The same for what is simply not done where the budget is used up. */
  async tryConsume(budget: RateLimitPolicy, ...who: readonly string[]): Promise<boolean> {
    try {
      await this.count(budget, who);
      return true;
    } catch (error) {
      if (error instanceof RateLimited) return false;
      throw error;
    }
  }

  /** The same for whoever has been granted this budget, and for nobody else. */
  async consumeGranted(budget: RateLimitPolicy, ...who: readonly string[]): Promise<RateLimitAttempt | null> {
    const now = this.clock.now();
    const key = this.keyOf(budget, who);
    const counted = await this.store.consumeGranted(key, budget, now);
    return counted ? this.judged(budget, key, counted, now) : null;
  }

  /** Gives somebody a budget of their own, for one window of it. */
  async grant(budget: RateLimitPolicy, ...who: readonly string[]): Promise<void> {
    await this.store.grant(this.keyOf(budget, who), budget, this.clock.now());
  }

  /** Makes a claimed attempt; one that could not be made at all, for want of room, is given back. */
  async run<T>(attempt: RateLimitAttempt, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unavailable) await this.refund(attempt);
      throw error;
    }
  }

  /** Forgets the attempts of somebody who has proven that they meant well. */
  async reset(budget: RateLimitPolicy, ...who: readonly string[]): Promise<void> {
    const key = this.keyOf(budget, who);
    await this.store.reset(key);
    this.waits.delete(nameOf(key));
  }

  /** Gives an attempt back that was none: it succeeded, or its request was not even well-formed. */
  async refund({ key, also }: RateLimitAttempt): Promise<void> {
    if (!this.enabled) return;
    await this.store.refund(key);
    if (also) await this.refund(also);
  }

  private async count(budget: RateLimitPolicy, who: readonly string[]): Promise<RateLimitAttempt> {
    const now = this.clock.now();
    const key = this.keyOf(budget, who);
    if (!this.enabled) return { key, left: budget.quota, until: now, consumedAt: now, afterFailures: false };
    const wait = this.waits.get(nameOf(key));
    const rememberedMs = (wait?.rememberedUntilMs ?? 0) - now.getTime();
    // For longer than that only by a clock that has gone back since.
    if (wait && rememberedMs > 0 && rememberedMs <= REMEMBERED_MS) throw limited(wait.untilMs, now);
    return this.judged(budget, key, await this.store.consume(key, budget, now), now);
  }

  private judged(
    budget: RateLimitPolicy,
    key: Buffer,
    counted: RateLimitCount | undefined,
    now: Date,
  ): RateLimitAttempt {
    const { allowed, used, strikes, until } = counted ?? over(budget, now);
    if (allowed) {
      const left = Math.max(0, (budget.quota >> strikes) - used);
      return { key, left, until, consumedAt: now, afterFailures: used + strikes > 1 };
    }
    if (this.waits.size >= MOST_REMEMBERED) this.waits.clear();
    const untilMs = until.getTime();
    const rememberedUntilMs = Math.min(untilMs, now.getTime() + REMEMBERED_MS);
    this.waits.set(nameOf(key), { untilMs, rememberedUntilMs });
    throw limited(untilMs, now);
  }

  /** Nobody who has the table finds out by trying whose attempts these were. */
  private keyOf({ name, per }: RateLimitPolicy, who: readonly string[]): Buffer {
    const what = JSON.stringify(['attempts', name, per, ...who]);
    return createHmac('sha256', this.secret).update(what).digest().subarray(0, 16);
  }

  private async purge(): Promise<boolean> {
    const until = new Date(this.clock.nowMs() - KEPT_MS);
    return (await this.store.purge(until, PAGE_ROWS)) === PAGE_ROWS;
  }
}

function nameOf(key: Buffer): string {
  return key.toString('base64');
}

/** Refused by a row that this statement could not see yet. */
function over({ windowSeconds }: RateLimitPolicy, now: Date): RateLimitCount {
  return { allowed: false, used: 0, strikes: 0, until: new Date(now.getTime() + windowSeconds * 1_000) };
}

function limited(untilMs: number, now: Date): RateLimited {
  return new RateLimited(Math.max(1, Math.ceil((untilMs - now.getTime()) / 1_000)));
}
