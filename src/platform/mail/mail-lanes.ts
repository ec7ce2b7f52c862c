import type { BusyRecipients, RecipientHashes } from './outbox.store';

/** How many mails an instance delivers at a time. */
const LANES = 3;
/** A domain whose mails take long leaves one lane to the others. */
const MOST_TO_DOMAIN = LANES - 1;

export interface LaneWork<Mail extends RecipientHashes> {
  /** Claims a mail that has no busy recipient. */
  claim(busy: BusyRecipients): Promise<Mail | undefined>;
  /** @returns false where the next mail would fail as well */
  deliver(mail: Mail): Promise<boolean>;
  /** Called once for lanes that fail in the same run. */
  failed(error: unknown): void;
}

/** Runs deliveries in parallel, at most one at a time to a mailbox. A lane continues independently of how long the others take. */
export class MailLanes<Mail extends RecipientHashes> {
  private readonly underWay = new Set<Mail>();
  private claims: Promise<unknown> = Promise.resolve();
  private open = 0;
  /** Counts the calls of `look`: a lane that found no mail looks again where there was a call meanwhile. */
  private generation = 0;
  private failedIn = 0;
  private stopped = false;
  private idle = Promise.resolve();
  private settle = () => undefined as void;

  constructor(private readonly work: LaneWork<Mail>) {}

  /** Lets every free lane look for mails. Resolves once no lane finds any more. */
  async look(): Promise<void> {
    this.generation++;
    while (!this.stopped && this.open < LANES) void this.lane();
    return this.idle;
  }

  /** Starts no further delivery. Resolves once those in progress have ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    return this.idle;
  }

  private async lane(): Promise<void> {
    if (this.open++ === 0) this.idle = new Promise((resolve) => (this.settle = resolve));
    try {
      for (;;) {
        const { generation } = this;
        const goesOn = await this.next();
        if (this.stopped || (!goesOn && generation === this.generation)) return;
      }
    } catch (error) {
      if (this.failedIn !== this.generation) this.work.failed(error);
      this.failedIn = this.generation;
    } finally {
      if (--this.open === 0) this.settle();
    }
  }

  private async next(): Promise<boolean> {
    // One claim at a time, so that each knows the recipients of those before it.
    const claimed = this.claims.then(async () => this.claim());
    this.claims = claimed.catch(() => undefined);
    const mail = await claimed;
    if (!mail) return false;
    try {
      return await this.work.deliver(mail);
    } finally {
      this.underWay.delete(mail);
    }
  }

  private async claim(): Promise<Mail | undefined> {
    const mail = await this.work.claim(this.busy());
    if (mail) this.underWay.add(mail);
    return mail;
  }

  private busy(): BusyRecipients {
    const mails = [...this.underWay];
    const countTo = (domain: Buffer) => mails.filter((mail) => mail.domain.equals(domain)).length;
    return {
      mailboxes: mails.map(({ mailbox }) => mailbox),
      domains: mails.map(({ domain }) => domain).filter((domain) => countTo(domain) >= MOST_TO_DOMAIN),
    };
  }
}
