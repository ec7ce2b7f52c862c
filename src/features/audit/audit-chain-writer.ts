import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import type { ChainLink, SealedEvent } from './audit-event';
import { AuditMac } from './audit-mac';
import { ChainStore } from './chain.store';
import { checkpointOf } from './checkpoint';

const LOOK_MS = 1_000;
// A thousand rows at once would delay requests by some 20 milliseconds.
const BATCH_ROWS = 250;
/** A stop links what the last second has brought, and leaves a longer backlog to the next instance. */
const BATCHES_AT_STOP = 16;
const CHECKPOINT_MS = 60_000;
const OVERDUE_MS = 60_000;

/**
 * Links recorded events into one chain, about a second after they are written: linking them at once would make concurrent
 * transactions wait for each other. One instance at a time does this for all.
 */
@Injectable()
export class AuditChainWriter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private asked = false;
  private stopped = false;
  private batchesLeft = Infinity;
  private failing = false;
  /** The last link without a logged checkpoint. */
  private unlogged: ChainLink | undefined;
  private loggedAtMs = -Infinity;
  private warnedAtMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly store: ChainStore,
    private readonly mac: AuditMac,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    // A command has started no timer and has no log.
    if (!this.timer) return;
    clearInterval(this.timer);
    this.batchesLeft = BATCHES_AT_STOP;
    // After a failure the database is not waited for again.
    await (this.failing ? this.underWay : this.run());
    this.stopped = true;
    this.logCheckpoint();
  }

  /** Links everything that is committed by now, unless another instance does. */
  async run(): Promise<void> {
    this.asked = true;
    this.underWay ??= this.runRounds().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async runRounds(): Promise<void> {
    try {
      while (this.asked && !this.stopped) {
        this.asked = false;
        const since = await this.store.waitingSince();
        if (since) while (this.batchesLeft-- > 0 && (await this.sealBatch()));
        this.warnIfOverdue(since);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.error({ error }, 'audit rows could not be linked into the chain; this is tried again');
      this.failing = true;
    }
    const sinceMs = this.clock.nowMs() - this.loggedAtMs;
    if (sinceMs >= CHECKPOINT_MS || sinceMs < 0) this.logCheckpoint();
  }

  /** Another holder of the advisory lock could keep all instances from linking rows. */
  private warnIfOverdue(since: Date | undefined): void {
    const now = this.clock.nowMs();
    if (!since || now - since.getTime() < OVERDUE_MS || now - this.warnedAtMs < OVERDUE_MS) return;
    this.warnedAtMs = now;
    this.logger.error(
      { since },
      'audit rows are not linked into the chain: check which connection holds the advisory lock "audit"',
    );
  }

  /** @returns whether there may be more */
  private async sealBatch(): Promise<boolean> {
    let last: ChainLink | undefined;
    let count = 0;
    await this.database.transaction(async () => {
      if (!(await this.store.claim())) return;
      const head = await this.store.head();
      if (!head) throw new Error('the head of the audit chain is missing');
      const events = await this.store.nextUnsealed(BATCH_ROWS);
      const links = this.chainOn(head, events);
      last = links.at(-1);
      count = links.length;
      if (last) await this.store.seal(idsOf(events), links);
    });
    this.unlogged = last ?? this.unlogged;
    return count === BATCH_ROWS;
  }

  private chainOn(head: ChainLink, events: readonly SealedEvent[]): ChainLink[] {
    const links: ChainLink[] = [];
    for (const event of events) {
      const isOwn = this.mac.macOf(event).equals(event.seal);
      const link = this.mac.nextLink(links.at(-1) ?? head, event.seal, isOwn ? 'own' : 'foreign');
      links.push(link);
      if (!isOwn)
        this.logger.error(
          { event: event.id, sequence: link.sequence },
          'an audit row was changed before it was linked into the chain',
        );
    }
    return links;
  }

  private logCheckpoint(): void {
    if (!this.unlogged) return;
    this.logger.log({ checkpoint: checkpointOf(this.unlogged) }, 'audit checkpoint');
    this.unlogged = undefined;
    this.loggedAtMs = this.clock.nowMs();
  }
}

function idsOf(events: readonly SealedEvent[]): string[] {
  return events.map(({ id }) => id);
}
