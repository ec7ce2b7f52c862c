import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Clock } from '../clock';
import { CurrentRequest } from '../http';
import { Metrics } from '../metrics';
import { isTransportFailure, isPermanentFailure, failureOf } from './delivery-failure';
import { Mailer } from './mailer';
import type { AddressedMail } from './mail-delivery';
import { MailTransport } from './mail-transport';
import { MailLanes } from './mail-lanes';
import { type BusyRecipients, OutboxStore, type WaitingMail } from './outbox.store';

/** Finds mails of other instances, and failed ones that are due again. */
const LOOK_MS = 5_000;
/** Sending begins after the response, so that the cost of a mail does not show in the response time. */
const PAUSE_MS = 25;
/** Longer than a delivery may take. */
const LEASE_MS = 120_000;
/** How long a stop waits for deliveries in progress. */
const STOP_MS = 5_000;
/** The longest time that a request without a recipient occupies its lane. */
const LONGEST_HOLD_MS = 5_000;
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 15 * 60_000;

/** Sends the mails of the outbox: each by one instance at a time, and again after increasing delays until it expires. */
@Injectable()
export class Outbox implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly outcomes: Counter<'kind' | 'outcome'>;
  private looking: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private readonly lanes = new MailLanes<WaitingMail>({
    claim: async (busy) => this.claim(busy),
    deliver: async (waiting) => this.dispatch(waiting),
    failed: (error) => this.logger.warn({ error }, 'the outbox could not be read; it is read again'),
  });
  private lastTookMs = 0;

  constructor(
    private readonly store: OutboxStore,
    private readonly mailer: Mailer,
    private readonly transport: MailTransport,
    private readonly clock: Clock,
    private readonly request: CurrentRequest,
    { registry }: Metrics,
  ) {
    this.outcomes = new Counter({
      name: 'mails_total',
      help: 'Mails by what became of them: sent, failed (to be tried again), unwanted (the request had no recipient), given_up',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    });
    mailer.onAdded(() => this.runSoon());
  }

  onApplicationBootstrap(): void {
    this.looking = setInterval(() => void this.run(), LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.looking);
    clearTimeout(this.pause);
    this.stopping.abort();
    // A delivery that is aborted while the server accepts it would be repeated.
    const patience = setTimeout(() => this.transport.abandon(), STOP_MS);
    await this.lanes.stop();
    clearTimeout(patience);
  }

  /** Resolves once every mail that is due by now has been attempted. */
  async run(): Promise<void> {
    clearTimeout(this.pause);
    this.pause = undefined;
    return this.lanes.look();
  }

  private runSoon(): void {
    // The mails that are sent then do not belong to the current request.
    this.pause ??= this.request.runDetached(() => setTimeout(() => void this.run(), PAUSE_MS).unref());
  }

  private async claim(busy: BusyRecipients): Promise<WaitingMail | undefined> {
    const now = this.clock.nowMs();
    return this.store.claim(new Date(now), new Date(now + LEASE_MS), busy);
  }

  /** @returns false where the next mail would fail as well */
  private async dispatch(waiting: WaitingMail): Promise<boolean> {
    if (waiting.expiresAt <= this.clock.now()) return this.finish(waiting, 'given_up');
    const begunAt = performance.now();
    let outcome: 'sent' | 'unwanted';
    try {
      const mail = await this.mailer.prepare(waiting);
      outcome = mail ? await this.deliver(waiting, mail, begunAt) : await this.simulateDelivery(begunAt);
    } catch (error) {
      if (isPermanentFailure(error)) return this.finish(waiting, 'given_up', error);
      await this.store.postpone(waiting, new Date(this.clock.nowMs() + delayAfter(waiting.attempts)));
      this.record(waiting, 'failed', error);
      return !isTransportFailure(error);
    }
    return this.finish(waiting, outcome);
  }

  private async deliver(
    { id, createdAt }: WaitingMail,
    mail: AddressedMail,
    begunAt: number,
  ): Promise<'sent'> {
    try {
      await this.transport.deliver(id, createdAt, mail);
    } finally {
      this.lastTookMs = performance.now() - begunAt;
    }
    return 'sent';
  }

  /** Takes as long as a delivery, so that the time at which other mails go out does not reveal whether there was one. */
  private async simulateDelivery(begunAt: number): Promise<'unwanted'> {
    const restMs = Math.min(this.lastTookMs, LONGEST_HOLD_MS) - (performance.now() - begunAt);
    const { signal } = this.stopping;
    if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    return 'unwanted';
  }

  private async finish(waiting: WaitingMail, outcome: string, error?: unknown): Promise<true> {
    await this.store.remove(waiting);
    this.record(waiting, outcome, error);
    return true;
  }

  private record({ id, kind, attempts }: WaitingMail, outcome: string, error: unknown): void {
    this.outcomes.inc({ kind, outcome });
    if (outcome === 'sent' || outcome === 'unwanted') return;
    const again = outcome === 'failed' ? 'and will be tried again' : 'and will not be tried again';
    this.logger.warn({ mail: id, kind, attempts, ...failureOf(error) }, `a mail could not be sent ${again}`);
  }
}

/** How long to wait after so many attempts, in milliseconds. */
export function delayAfter(attempts: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
}
