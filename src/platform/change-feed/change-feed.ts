import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type ClockReading } from '../clock';
import { Database } from '../database';
import { Unavailable } from '../errors';
import { type Change, ChangeReader } from './change-reader';
import { ChangeFeedMetrics } from './change-feed.metrics';
import { Throttle } from './throttle';
import type { ChangeSubscription } from './subscription';

/** How old the news may be that a request is judged by, in milliseconds: the bound on every revocation. */
export const MAX_STALENESS_MS = 1_000;

// Twice within the bound, so that a request finds fresh news even if one reading came late.
const POLL_MS = 400;

// A server that says nothing is given up sooner; this ends the wait for one that has very much to say.
const READ_TIMEOUT_MS = 3_000;

// A database whose clock goes back by more has let memory forget what matters again.
const STEP_BACK_MS = 1_000;

async function rejectAfterTimeout(): Promise<never> {
  await sleep(READ_TIMEOUT_MS, undefined, { ref: false });
  throw new Unavailable(1);
}

/**
 * How the memory of every instance learns what was committed by any of them. Triggers write changes next to what
 * changed, in its transaction. Each instance reads them all: when it hears of news, after its own writes, and several
 * times a second anyway, so that a lost notification costs a fraction of the bound and nothing else.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Feed');
  private readonly subscriptions: ChangeSubscription[] = [];
  private reader: ChangeReader | undefined;
  /** When the last reading that went well was asked for. */
  private lastRead: ClockReading | undefined;
  /** What that reading could see; empty: begin anew with all that is recent. */
  private snapshot = '';
  private mustReadAgain = false;
  private currentRead: Promise<void> | undefined;
  private nextRead: Promise<void> | undefined;
  private isNotifyPending = false;
  private isDisconnected = false;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly metrics: ChangeFeedMetrics,
  ) {}

  /** To be called before the application has started. */
  subscribe(subscription: ChangeSubscription): void {
    this.subscriptions.push(subscription);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    void this.poll();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await (this.nextRead ?? this.currentRead)?.catch(() => undefined);
    await this.reader?.close();
  }

  /**
   * Makes sure that memory holds everything that was committed up to `MAX_STALENESS_MS` ago. It nearly always does, and then
   * there is nothing to wait for.
   * @throws Unavailable (by rejecting) where the database had to be asked and did not answer
   */
  ensureFresh(): Promise<void> | undefined {
    return this.isFresh ? undefined : Promise.race([this.refreshIfStale(), rejectAfterTimeout()]);
  }

  /** To be called after a change: memory here knows of it before the request is answered, the others at once. */
  async publishAfterCommit(): Promise<void> {
    await this.database.afterCommit(async () => {
      this.isNotifyPending = true;
      try {
        await this.refresh();
      } catch {
        // The change is committed, so this is no failure of it; but until the next reading memory is not to be trusted.
        this.mustReadAgain = true;
      }
    });
  }

  /** Memory holds everything that was committed before this call; callers meanwhile share one reading. */
  private async refresh(): Promise<void> {
    if (this.nextRead) return this.nextRead;
    if (!this.currentRead) return this.startRead();
    this.nextRead = this.currentRead
      .catch(() => undefined)
      .then(async () => {
        this.nextRead = undefined;
        return this.startRead();
      });
    return this.nextRead;
  }

  private get isFresh(): boolean {
    return !this.mustReadAgain && this.stalenessMs <= MAX_STALENESS_MS;
  }

  private get stalenessMs(): number {
    return this.lastRead ? this.clock.elapsedMsSince(this.lastRead) : Infinity;
  }

  private async refreshIfStale(): Promise<void> {
    const asked = this.clock.read();
    try {
      await this.currentRead;
    } catch (error) {
      // That connection may have been dead for long, so once more; but nobody waits for a silent server twice.
      if (this.clock.elapsedMsSince(asked) > MAX_STALENESS_MS) throw error;
    }
    // What is under way by now has begun after this request.
    if (!this.isFresh) await (this.currentRead ?? this.refresh());
  }

  private async startRead(): Promise<void> {
    this.currentRead = this.read().finally(() => (this.currentRead = undefined));
    return this.currentRead;
  }

  private async read(): Promise<void> {
    try {
      const reader = this.reader && !this.reader.isLost ? this.reader : await this.connect();
      if (this.isNotifyPending) {
        this.isNotifyPending = false;
        await reader.notify();
      }
      const asked = this.clock.read();
      const { changes, databaseMs } = await reader.readNew();
      if (this.clock.synchronise(databaseMs, asked) < -STEP_BACK_MS) await this.load(reader, '');
      await this.deliver(changes);
      this.metrics.recordChanges(changes, this.clock.nowMs());
      this.lastRead = asked;
      this.snapshot = reader.snapshot;
      this.mustReadAgain = false;
      this.logConnectionState(undefined);
    } catch (cause) {
      this.logConnectionState(cause);
      // A reader that failed half-way might have passed over something; the next one begins anew.
      void this.reader?.close().catch(() => undefined);
      this.reader = undefined;
      throw new Unavailable(1, { cause });
    }
  }

  private async connect(): Promise<ChangeReader> {
    const notified = new Throttle(this.clock, () => void this.refreshQuietly());
    const reader = await ChangeReader.open(this.database, () => notified.call());
    // Before anything else can fail: what is left behind would hold its connection for ever.
    this.reader = reader;
    await this.load(reader, this.snapshot);
    for (const subscription of this.subscriptions) await subscription.reload?.();
    return reader;
  }

  /** @param former what an earlier reader could see; empty: all that is recent matters */
  private async load(reader: ChangeReader, former: string): Promise<void> {
    const keepMs = Math.max(0, ...this.subscriptions.map((subscription) => subscription.keepMs));
    // With time to spare: the two clocks need not tick alike, and a change is dated before it is committed.
    const missedMs = former === '' ? keepMs : Math.min(keepMs, this.stalenessMs + 60_000);
    await reader.load(missedMs, former, async (changes) => this.deliver(changes));
  }

  private async deliver(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    for (const { topic, apply } of this.subscriptions) {
      const own = changes.filter((change) => change.topic === topic);
      if (own.length > 0) await apply(own);
    }
  }

  private async poll(): Promise<void> {
    await this.refreshQuietly();
    if (!this.stopped) setTimeout(() => void this.poll(), POLL_MS).unref();
  }

  /** Nobody waits for this one; whoever does is told by `confirm` how it went. */
  private async refreshQuietly(): Promise<void> {
    if (!this.stopped) await this.refresh().catch(() => undefined);
  }

  /** One line when the news stops, one when it is back. */
  private logConnectionState(error: unknown): void {
    if (this.isDisconnected === (error !== undefined) || this.stopped) return;
    this.isDisconnected = error !== undefined;
    if (error === undefined) this.logger.log('the database tells news again');
    else this.logger.warn({ error }, 'no news from the database: guarded requests will be answered 503');
  }
}
