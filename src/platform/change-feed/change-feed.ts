import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type ClockReading } from '../clock';
import { Database } from '../database';
import { Unavailable } from '../errors';
import { type Change, ChangeReader, type ChangeSubscription } from './change-reader';
import { ChangeFeedMetrics } from './change-feed.metrics';
import { Throttle } from './throttle';

/** How stale the changes in memory may be when a request is authorized, in milliseconds: the bound on every revocation. */
export const MAX_STALENESS_MS = 1_000;

// Twice within the bound, so that one late read does not make requests wait.
const POLL_MS = 400;
// A silent server fails sooner; this ends the wait for one with very many changes.
const READ_TIMEOUT_MS = 3_000;
// If the clock of the database is set back by more, memory has dropped changes that matter again.
const STEP_BACK_MS = 1_000;

async function rejectAfterTimeout(): Promise<never> {
  await sleep(READ_TIMEOUT_MS, undefined, { ref: false });
  throw new Unavailable(1);
}

/**
 * Tells every instance what any of them committed. Triggers write changes in the transaction of what changed. Each instance
 * reads all changes: on a notification, after its own writes, and several times a second, so that a lost notification
 * only delays a change by a fraction of the bound.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ChangeFeed');
  private readonly subscriptions: ChangeSubscription[] = [];
  private reader: ChangeReader | undefined;
  /** When the last successful read was started. */
  private lastRead: ClockReading | undefined;
  /** The snapshot of that read; empty: load all recent changes. */
  private snapshot = '';
  private mustReadAgain = false;
  private currentRead: Promise<void> | undefined;
  private nextRead: Promise<void> | undefined;
  private isNotifyPending = false;
  private isDisconnected = false;
  private stopped = false;
  /** Runs reads in no request, whose uncommitted rows subscribers would read, and whose user's connections they would wait for. */
  private readonly inOwnContext = AsyncLocalStorage.snapshot();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly metrics: ChangeFeedMetrics,
  ) {}

  /** Must be called before the application has started. */
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
   * Ensures that memory has everything that was committed up to `MAX_STALENESS_MS` ago. Nearly always it has, and nothing is
   * awaited.
   * @throws Unavailable (by rejecting) where the database must be read and does not answer
   */
  ensureFresh(): Promise<void> | undefined {
    return this.isFresh ? undefined : Promise.race([this.refreshIfStale(), rejectAfterTimeout()]);
  }

  /** Must be called after a change: this instance applies it before the request is answered, the others at once. */
  async publishAfterCommit(): Promise<void> {
    await this.database.afterCommit(async () => {
      this.isNotifyPending = true;
      try {
        await this.refresh();
      } catch {
        // The change is committed, so the request succeeds; but memory is stale until the next successful read.
        this.mustReadAgain = true;
      }
    });
  }

  /** Reads everything that was committed before this call; concurrent callers share one read. */
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
    const startedAt = this.clock.read();
    try {
      await this.currentRead;
    } catch (error) {
      // The connection may have been broken for long, so try once more; but never wait for a silent server twice.
      if (this.clock.elapsedMsSince(startedAt) > MAX_STALENESS_MS) throw error;
    }
    // A read that is running now has started after this request.
    if (!this.isFresh) await (this.currentRead ?? this.refresh());
  }

  private async startRead(): Promise<void> {
    const read = this.inOwnContext(async () => this.read());
    this.currentRead = read.finally(() => (this.currentRead = undefined));
    return this.currentRead;
  }

  private async read(): Promise<void> {
    try {
      const reader = this.reader && !this.reader.isLost ? this.reader : await this.connect();
      if (this.isNotifyPending) {
        this.isNotifyPending = false;
        await reader.notify();
      }
      const startedAt = this.clock.read();
      const { changes, databaseMs } = await reader.readNew();
      if (this.clock.synchronise(databaseMs, startedAt) < -STEP_BACK_MS) await this.load(reader, '');
      await this.deliver(changes);
      this.metrics.recordChanges(changes, this.clock.nowMs());
      this.lastRead = startedAt;
      this.snapshot = reader.snapshot;
      this.mustReadAgain = false;
      this.logConnectionState(undefined);
    } catch (cause) {
      this.logConnectionState(cause);
      // A reader that failed midway may have skipped changes; the next one loads all recent ones.
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

  /** @param former the snapshot of an earlier reader; empty: load all recent changes */
  private async load(reader: ChangeReader, former: string): Promise<void> {
    const keepMs = Math.max(0, ...this.subscriptions.map((subscription) => subscription.keepMs));
    // A margin: the clocks may run at different speeds, and a change is dated before it is committed.
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

  /** A failure is not reported here: `ensureFresh` reports it to the request that needs fresh changes. */
  private async refreshQuietly(): Promise<void> {
    if (!this.stopped) await this.refresh().catch(() => undefined);
  }

  /** Logs one line when the connection fails and one when it works again. */
  private logConnectionState(error: unknown): void {
    if (this.isDisconnected === (error !== undefined) || this.stopped) return;
    this.isDisconnected = error !== undefined;
    if (error === undefined) this.logger.log('Change feed reconnected');
    else this.logger.warn({ error }, 'Change feed disconnected: guarded requests are answered with 503');
  }
}
