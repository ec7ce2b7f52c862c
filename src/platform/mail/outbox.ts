import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Clock } from '../clock';
import { CurrentRequest } from '../http';
import { Metrics } from '../metrics';
import { MailRefused } from './mail-delivery';
import { Mailer } from './mailer';
import { MailTransport } from './mail-transport';
import { OutboxStore, type WaitingMail } from './outbox.store';

/** For what another instance left behind, and what failed before. */
const LOOK_MS = 5_000;
/** What a mail costs shows in no answer: by then whoever caused it has been answered. */
const PAUSE_MS = 25;
/** Longer than a delivery may take. */
const LEASE_MS = 120_000;
const LANES = 3;
/** How long a stop waits for mails that are under way. */
const STOP_MS = 5_000;
/** What says something about the way out, and nothing about the mail: the next one would fare no better. */
const BLOCKED: ReadonlySet<string | undefined> = new Set([
  'EAUTH',
  'ECONNECTION',
  'EDNS',
  'ENOAUTH',
  'EPROTOCOL',
  'EREQUIRETLS',
  'ESOCKET',
  'ETIMEDOUT',
  'ETLS',
]);
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 15 * 60_000;

/** Sends what waits: each mail by one instance at a time, again after longer and longer times, until its end. */
@Injectable()
export class Outbox implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly outcomes: Counter<'kind' | 'outcome'>;
  private looking: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private asked = false;
  private stopped = false;

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
      help: 'Mails by what became of them: sent, failed (to be tried again), unwanted (nobody to write to), given_up',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    });
    mailer.onPost(() => this.soon());
  }

  onApplicationBootstrap(): void {
    this.looking = setInterval(() => void this.run(), LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.looking);
    clearTimeout(this.pause);
    // What a server is about to take would be sent twice.
    const patience = setTimeout(() => this.transport.abandon(), STOP_MS);
    await this.underWay;
    clearTimeout(patience);
  }

  /** Tries every mail that is due by now; who asks while that is going on waits for another round. */
  async run(): Promise<void> {
    clearTimeout(this.pause);
    this.pause = undefined;
    this.asked = true;
    this.underWay ??= this.runRounds().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private soon(): void {
    // Whose request it was has nothing to do with the mails that are sent then.
    this.pause ??= this.request.forget(() => setTimeout(() => void this.run(), PAUSE_MS).unref());
  }

  private async runRounds(): Promise<void> {
    while (this.asked && !this.stopped) {
      this.asked = false;
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, async () => this.lane()));
      const broken = lanes.find((lane) => lane.status === 'rejected');
      if (broken)
        this.logger.warn(
          { error: broken.reason },
          'the outbox could not be read and will be looked at again',
        );
    }
  }

  /** One mail after the other, until there is none or the way out is blocked. */
  private async lane(): Promise<void> {
    for (;;) {
      if (this.stopped) return;
      const now = this.clock.nowMs();
      const waiting = await this.store.claim(new Date(now), new Date(now + LEASE_MS));
      if (!waiting || !(await this.dispatch(waiting))) return;
    }
  }

  /** @returns whether the next one is worth trying */
  private async dispatch(waiting: WaitingMail): Promise<boolean> {
    if (waiting.expiresAt <= this.clock.now()) return this.over(waiting, 'given_up');
    try {
      const mail = await this.mailer.open(waiting);
      if (!mail) return await this.over(waiting, 'unwanted');
      await this.transport.deliver(waiting.id, waiting.createdAt, mail);
    } catch (error) {
      if (isRefusal(error)) return this.over(waiting, 'given_up', error);
      await this.store.postpone(waiting, new Date(this.clock.nowMs() + delayAfter(waiting.attempts)));
      this.note(waiting, 'failed', error);
      return !BLOCKED.has(reasonOf(error).code);
    }
    return this.over(waiting, 'sent');
  }

  private async over(waiting: WaitingMail, outcome: string, error?: unknown): Promise<true> {
    await this.store.remove(waiting);
    this.note(waiting, outcome, error);
    return true;
  }

  private note({ id, kind, attempts }: WaitingMail, outcome: string, error: unknown): void {
    this.outcomes.inc({ kind, outcome });
    if (outcome === 'sent' || outcome === 'unwanted') return;
    const again = outcome === 'failed' ? 'and will be tried again' : 'and will not be tried again';
    this.logger.warn({ mail: id, kind, attempts, ...reasonOf(error) }, `a mail could not be sent ${again}`);
  }
}

/** How long to wait after so many attempts, in milliseconds. */
export function delayAfter(attempts: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
}

/** That there is no such mailbox (RFC 3463, 5.1.x) is said for good; other refusals may be the relay's own fault. */
function isRefusal(error: unknown): boolean {
  if (error instanceof MailRefused) return true;
  const { command, response } = (error ?? {}) as { command?: string; response?: string };
  return command === 'RCPT TO' && /^5\d\d[ -]5\.1\.\d/.test(response ?? '');
}

interface Reason {
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** The words of a mail server may hold the address, and those of its client the whole mail. */
function reasonOf(error: unknown): Reason {
  const { code, command, responseCode } = (error ?? {}) as Reason;
  return { code, command, responseCode };
}
