import { createHmac } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, HOUR_MS } from '../clock';
import { RateLimited, Unavailable } from '../errors';
import { EventBus } from '../events';
import { JobScheduler } from '../jobs';
import { Keyring } from '../keyring';
import type { RateLimitAttempt, RateLimitPolicy } from './rate-limit-policy';
import { type RateLimitCount, RateLimitStore } from './rate-limit.store';
import { RateLimitExceeded } from './rate-limits.events';
import { RateLimitSettings } from './rate-limits.settings';

/** Longer than any wait: strikes count until then. */
const KEPT_MS = 24 * HOUR_MS;
const PAGE_ROWS = 1_000;
const MOST_CACHED = 10_000;
/** How long a wait is refused from memory before the database is asked again: another instance may have reset it. */
const CACHED_MS = 2_000;

interface CachedWait {
  readonly untilMs: number;
  readonly cachedUntilMs: number;
}

/**
 * Counts attempts in the database before they are made, so that a limit is one limit for all instances. Waits grow and
 * end; no account is locked permanently (ASVS 6.3.1). A policy is passed as declared and enforced as the operator set it.
 */
@Injectable()
export class RateLimiter implements OnModuleInit {
  private secret: Buffer;
  /** Waits that have not ended, so that a flood of refused attempts does not query the database each time. */
  private readonly waits = new Map<string, CachedWait>();

  constructor(
    private readonly store: RateLimitStore,
    private readonly clock: Clock,
    private readonly settings: RateLimitSettings,
    private readonly keyring: Keyring,
    private readonly events: EventBus,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'rate-limits', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  async onModuleInit(): Promise<void> {
    this.secret = (await this.keyring.secretFor('device')).material;
  }

  /**
   * Counts an attempt.
   * @param subject identifies whose attempt it is
   * @throws RateLimited where the quota is used up; the caller then must not check whether the attempt is right
   */
  async consume(policy: RateLimitPolicy, ...subject: readonly string[]): Promise<RateLimitAttempt> {
    try {
      return await this.count(policy, subject);
    } catch (error) {
      const { name, per } = policy;
      if (error instanceof RateLimited)
        await this.events.publish(new RateLimitExceeded({ details: { name, per } }));
      throw error;
    }
  }

  /**
   * Counts an attempt by a further policy.
   * @throws RateLimited where the quota of that policy is used up; the attempt is then refunded
   */
  async consumeAlso(
    attempt: RateLimitAttempt,
    policy: RateLimitPolicy,
    ...subject: readonly string[]
  ): Promise<RateLimitAttempt> {
    try {
      return { ...attempt, also: await this.consume(policy, ...subject) };
    } catch (error) {
      await this.refund(attempt);
      throw error;
    }
  }

  /** Counts an attempt and returns whether it is allowed, for work that is skipped rather than refused. */
  async tryConsume(policy: RateLimitPolicy, ...subject: readonly string[]): Promise<boolean> {
    try {
      await this.count(policy, subject);
      return true;
    } catch (error) {
      if (error instanceof RateLimited) return false;
      throw error;
    }
  }

  /** Counts an attempt of a subject that `grant` was called for; null where it was not, or where the grant is used up. */
  async consumeGranted(
    policy: RateLimitPolicy,
    ...subject: readonly string[]
  ): Promise<RateLimitAttempt | null> {
    const now = this.clock.now();
    const effective = this.settings.effectivePolicy(policy);
    const key = this.keyOf(policy, subject);
    const count = await this.store.consumeGranted(key, effective, now);
    return count ? this.attemptOf(effective, key, count, now) : null;
  }

  /** Grants a subject the quota of a policy for one window. */
  async grant(policy: RateLimitPolicy, ...subject: readonly string[]): Promise<void> {
    await this.store.grant(
      this.keyOf(policy, subject),
      this.settings.effectivePolicy(policy),
      this.clock.now(),
    );
  }

  /** Runs what the attempt is for, and refunds the attempt where it could not run for lack of capacity. */
  async run<T>(attempt: RateLimitAttempt, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unavailable) await this.refund(attempt);
      throw error;
    }
  }

  /** Deletes the count of a subject, its strikes included. */
  async reset(policy: RateLimitPolicy, ...subject: readonly string[]): Promise<void> {
    const key = this.keyOf(policy, subject);
    await this.store.reset(key);
    this.waits.delete(cacheKeyOf(key));
  }

  /** Refunds an attempt that succeeded or whose request was malformed. */
  async refund({ key, also }: RateLimitAttempt): Promise<void> {
    if (!this.settings.enabled) return;
    await this.store.refund(key);
    if (also) await this.refund(also);
  }

  private async count(policy: RateLimitPolicy, subject: readonly string[]): Promise<RateLimitAttempt> {
    const now = this.clock.now();
    const effective = this.settings.effectivePolicy(policy);
    const key = this.keyOf(policy, subject);
    if (!this.settings.enabled)
      return { key, left: effective.quota, until: now, consumedAt: now, afterFailures: false };
    const wait = this.waits.get(cacheKeyOf(key));
    const cachedMs = (wait?.cachedUntilMs ?? 0) - now.getTime();
    // Longer than that only because the clock was set back.
    if (wait && cachedMs > 0 && cachedMs <= CACHED_MS) throw rateLimited(wait.untilMs, now);
    const count = await this.store.consume(key, effective, now);
    return this.attemptOf(effective, key, count ?? concurrentlyExceeded(effective, now), now);
  }

  /** @throws RateLimited where the attempt was not allowed */
  private attemptOf(
    { quota }: RateLimitPolicy,
    key: Buffer,
    count: RateLimitCount,
    now: Date,
  ): RateLimitAttempt {
    const { allowed, used, strikes, until } = count;
    if (allowed) {
      const left = Math.max(0, (quota >> strikes) - used);
      return { key, left, until, consumedAt: now, afterFailures: used + strikes > 1 };
    }
    if (this.waits.size >= MOST_CACHED) this.waits.clear();
    const untilMs = until.getTime();
    const cachedUntilMs = Math.min(untilMs, now.getTime() + CACHED_MS);
    this.waits.set(cacheKeyOf(key), { untilMs, cachedUntilMs });
    throw rateLimited(untilMs, now);
  }

  /** A keyed digest: guessing addresses against a copy of the table reveals nothing. */
  private keyOf({ name, per }: RateLimitPolicy, subject: readonly string[]): Buffer {
    const identity = JSON.stringify(['rate-limit', name, per, ...subject]);
    return createHmac('sha256', this.secret).update(identity).digest().subarray(0, 16);
  }

  private async purge(): Promise<boolean> {
    return (await this.store.purge(new Date(this.clock.nowMs() - KEPT_MS), PAGE_ROWS)) === PAGE_ROWS;
  }
}

function cacheKeyOf(key: Buffer): string {
  return key.toString('base64');
}

/** Refused because of a row that the snapshot of the statement does not contain yet. */
function concurrentlyExceeded({ windowSeconds }: RateLimitPolicy, now: Date): RateLimitCount {
  return { allowed: false, used: 0, strikes: 0, until: new Date(now.getTime() + windowSeconds * 1_000) };
}

function rateLimited(untilMs: number, now: Date): RateLimited {
  return new RateLimited(Math.max(1, Math.ceil((untilMs - now.getTime()) / 1_000)));
}
