import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Mark } from '../clock';
import { Database } from '../database';
import { Unavailable } from '../errors';
import { type Change, ChangeReader } from './change-reader';
import { ChangeFeedMetrics } from './change-feed.metrics';
import { Throttle } from './throttle';
import type { Subscription } from './subscription';

/** How old the news may be that a request is judged by, in milliseconds: the bound on every revocation. */
export const MAX_STALENESS_MS = 1_000;

// Twice within the bound, so that a request finds fresh news even if one reading came late.
const POLL_MS = 400;

// A server that says nothing is given up sooner; this ends the wait for one that has very much to say.
const PATIENCE_MS = 3_000;

// A database whose clock goes back by more has let memory forget what matters again.
const STEP_BACK_MS = 1_000;

async function tooLong(): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { ref: false });
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
  private readonly subscriptions: Subscription[] = [];
  private reader: ChangeReader | undefined;
  /** When the last reading that went well was asked for. */
  private confirmed: Mark | undefined;
  /** What that reading could see; empty: begin anew with all that is recent. */
  private snapshot = '';
  private distrusted = false;
  private reading: Promise<void> | undefined;
  private following: Promise<void> | undefined;
  private untold = false;
  private lost = false;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly metrics: ChangeFeedMetrics,
  ) {}

  /** To be called before the application has started. */
  subscribe(subscription: Subscription): void {
    this.subscriptions.push(subscription);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.caughtUp();
    void this.poll();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await (this.following ?? this.reading)?.catch(() => undefined);
    await this.reader?.close();
  }

  /**
   * Makes sure that memory holds everything that was committed up to `MAX_STALENESS_MS` ago. It nearly always does, and then
   * there is nothing to wait for.
   * @throws Unavailable (by rejecting) where the database had to be asked and did not answer
   */
  ensureFresh(): Promise<void> | undefined {
    return this.isFresh ? undefined : Promise.race([this.ask(), tooLong()]);
  }

  /** To be called after a change: memory here knows of it before the request is answered, the others at once. */
  async changed(): Promise<void> {
    await this.database.afterCommit(async () => {
      this.untold = true;
      try {
        await this.caughtUp();
      } catch {
        // The change is committed, so this is no failure of it; but until the next reading memory is not to be trusted.
        this.distrusted = true;
      }
    });
  }

  /** Memory holds everything that was committed before this call; callers meanwhile share one reading. */
  private async caughtUp(): Promise<void> {
    if (this.following) return this.following;
    if (!this.reading) return this.begin();
    this.following = this.reading
      .catch(() => undefined)
      .then(async () => {
        this.following = undefined;
        return this.begin();
      });
    return this.following;
  }

  private get isFresh(): boolean {
    return !this.distrusted && this.newsAgeMs <= MAX_STALENESS_MS;
  }

  private get newsAgeMs(): number {
    return this.confirmed ? this.clock.since(this.confirmed) : Infinity;
  }

  private async ask(): Promise<void> {
    const asked = this.clock.mark();
    try {
      await this.reading;
    } catch (error) {
      // That connection may have been dead for long, so once more; but nobody waits for a silent server twice.
      if (this.clock.since(asked) > MAX_STALENESS_MS) throw error;
    }
    // What is under way by now has begun after this request.
    if (!this.isFresh) await (this.reading ?? this.caughtUp());
  }

  private async begin(): Promise<void> {
    this.reading = this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    try {
      const reader = this.reader && !this.reader.isLost ? this.reader : await this.connect();
      if (this.untold) {
        this.untold = false;
        await reader.tell();
      }
      const asked = this.clock.mark();
      const { changes, databaseMs } = await reader.next();
      if (this.clock.correct(databaseMs, asked) < -STEP_BACK_MS) await this.load(reader, '');
      await this.deliver(changes);
      this.metrics.learned(changes, this.clock.nowMs());
      this.confirmed = asked;
      this.snapshot = reader.snapshot;
      this.distrusted = false;
      this.noteState(undefined);
    } catch (cause) {
      this.noteState(cause);
      // A reader that failed half-way might have passed over something; the next one begins anew.
      void this.reader?.close().catch(() => undefined);
      this.reader = undefined;
      throw new Unavailable(1, { cause });
    }
  }

  private async connect(): Promise<ChangeReader> {
    const notified = new Throttle(this.clock, () => void this.look());
    const reader = await ChangeReader.open(this.database, () => notified.call());
    // Before anything else can fail: what is left behind would hold its connection for ever.
    this.reader = reader;
    await this.load(reader, this.snapshot);
    for (const subscription of this.subscriptions) await subscription.catchUp?.();
    return reader;
  }

  /** @param former what an earlier reader could see; empty: all that is recent matters */
  private async load(reader: ChangeReader, former: string): Promise<void> {
    const keepMs = Math.max(0, ...this.subscriptions.map((subscription) => subscription.keepMs));
    // With time to spare: the two clocks need not tick alike, and a change is dated before it is committed.
    const missedMs = former === '' ? keepMs : Math.min(keepMs, this.newsAgeMs + 60_000);
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
    await this.look();
    if (!this.stopped) setTimeout(() => void this.poll(), POLL_MS).unref();
  }

  /** Nobody waits for this one; whoever does is told by `confirm` how it went. */
  private async look(): Promise<void> {
    if (!this.stopped) await this.caughtUp().catch(() => undefined);
  }

  /** One line when the news stops, one when it is back. */
  private noteState(error: unknown): void {
    if (this.lost === (error !== undefined) || this.stopped) return;
    this.lost = error !== undefined;
    if (error === undefined) this.logger.log('the database tells news again');
    else this.logger.warn({ error }, 'no news from the database: guarded requests will be answered 503');
  }
}
