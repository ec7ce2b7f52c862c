import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import type { Link, SealedEvent } from './audit-event';
import { AuditSeals } from './audit-seals';
import { ChainStore } from './chain.store';
import { checkpointOf } from './checkpoint';

const LOOK_MS = 1_000;
// A thousand at once would hold up requests for some 20 milliseconds.
const BATCH_ROWS = 250;
const CHECKPOINT_MS = 60_000;
const OVERDUE_MS = 60_000;

/**
 * Puts what was recorded into one chain, a second later and not as it is written: whoever writes would have to wait for
 * whoever wrote before. One instance at a time does it for all.
 */
@Injectable()
export class AuditSealer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private asked = false;
  private stopped = false;
  private failing = false;
  /** The last link that no checkpoint was logged for. */
  private untold: Link | undefined;
  private toldAtMs = -Infinity;
  private warnedAtMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly store: ChainStore,
    private readonly seals: AuditSeals,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    // A command has begun nothing, and its log goes nowhere.
    if (!this.timer) return;
    clearInterval(this.timer);
    // A database that is away is not waited for once more.
    await (this.failing ? this.underWay : this.run());
    this.stopped = true;
    this.tell();
  }

  /** Seals everything that is committed by now, unless another instance is at it. */
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
        if (since) while (await this.sealBatch());
        this.warnOf(since);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.error({ error }, 'the audit trail could not be sealed; it is tried again');
      this.failing = true;
    }
    const sinceMs = this.clock.nowMs() - this.toldAtMs;
    if (sinceMs >= CHECKPOINT_MS || sinceMs < 0) this.tell();
  }

  /** Whoever holds the lock that one instance takes can keep all of them from sealing. */
  private warnOf(since: Date | undefined): void {
    const now = this.clock.nowMs();
    if (!since || now - since.getTime() < OVERDUE_MS || now - this.warnedAtMs < OVERDUE_MS) return;
    this.warnedAtMs = now;
    this.logger.error({ since }, 'audit rows waited for their seal: does something hold its lock?');
  }

  /** @returns whether there may be more */
  private async sealBatch(): Promise<boolean> {
    let last: Link | undefined;
    let count = 0;
    await this.database.transaction(async () => {
      if (!(await this.store.claim())) return;
      const head = await this.store.head();
      if (!head) throw new Error('the head of the audit trail is gone');
      const events = await this.store.nextUnsealed(BATCH_ROWS);
      const links = this.chainOn(head, events);
      last = links.at(-1);
      count = links.length;
      if (last) await this.store.seal(idsOf(events), links);
    });
    this.untold = last ?? this.untold;
    return count === BATCH_ROWS;
  }

  private chainOn(head: Link, events: readonly SealedEvent[]): Link[] {
    const links: Link[] = [];
    for (const event of events) {
      const isOwn = this.seals.sealOf(event).equals(event.seal);
      const link = this.seals.next(links.at(-1) ?? head, event.seal, isOwn ? 'own' : 'foreign');
      links.push(link);
      if (!isOwn)
        this.logger.error(
          { event: event.id, sequence: link.sequence },
          'an audit row is not as it was written',
        );
    }
    return links;
  }

  private tell(): void {
    if (!this.untold) return;
    this.logger.log({ checkpoint: checkpointOf(this.untold) }, 'audit checkpoint');
    this.untold = undefined;
    this.toldAtMs = this.clock.nowMs();
  }
}

function idsOf(events: readonly SealedEvent[]): string[] {
  return events.map(({ id }) => id);
}
