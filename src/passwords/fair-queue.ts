import { RateLimited, Unavailable } from '../platform/errors';

/** Work to be done when its turn comes. */
export interface QueuedWork<Result> {
  /** How much it is, in any unit that all work of a queue shares. */
  readonly units: number;
  /** On whose behalf it is done, such as a source and an account: each gets an equal share. */
  readonly onBehalfOf: readonly string[];
  /** Those of them of whose work no more than a share may wait; by default all. A source may stand for a whole office. */
  readonly bounded?: readonly string[];
  readonly run: () => Promise<Result>;
}

export interface QueueLimits {
  /** How many run at once. */
  readonly slots: number;
  /** What one unit takes, until it has been measured, in milliseconds. */
  readonly msPerUnit: number;
  /** How long the last of the queue may have to wait. */
  readonly longestWaitMs: number;
  /** How much may wait on behalf of one that is bounded, as a share of the longest wait. */
  readonly shareOfOne: number;
}

interface Waiting extends Pick<QueuedWork<unknown>, 'units' | 'onBehalfOf'> {
  /** Its place: virtual time, in units. */
  readonly start: number;
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
}

const RETRY_SECONDS = 2;
/** The weight of the last measurement. */
const SMOOTHING = 0.2;
/** One measurement may be that of a thread that starts, or of a pause of the machine. */
const MOST_GROWTH = 4;

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): work takes its turn by what was done before on the same behalf, so a flood waits for
 * itself and not for others. The queue is bounded by the time it stands for; beyond that the work of whoever has most waiting is refused.
 */
export class FairQueue {
  private readonly waiting: Waiting[] = [];
  /** When the last work of each would be over, in virtual time. */
  private readonly finishes = new Map<string, number>();
  private readonly unitsOf = new Map<string, number>();
  private running = 0;
  private virtualTime = 0;
  private waitingUnits = 0;
  private msPerUnit: number;

  /** @param now a clock that does not go back, in milliseconds */
  constructor(
    private readonly limits: QueueLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.msPerUnit = limits.msPerUnit;
  }

  /**
   * @throws RateLimited where too much waits on the same behalf; Unavailable where too much waits at all, and of others less
   */
  async run<Result>({ units, onBehalfOf, bounded = onBehalfOf, run }: QueuedWork<Result>): Promise<Result> {
    await this.turn(units, onBehalfOf, bounded);
    const startedAt = this.now();
    try {
      return await run();
    } finally {
      const measured = Math.min((this.now() - startedAt) / units, MOST_GROWTH * this.msPerUnit);
      this.msPerUnit += SMOOTHING * (measured - this.msPerUnit);
      this.running--;
      this.next();
    }
  }

  private async turn(
    units: number,
    onBehalfOf: readonly string[],
    bounded: readonly string[],
  ): Promise<void> {
    if (this.running < this.limits.slots) {
      this.place(units, onBehalfOf);
      this.running++;
      return;
    }
    const { longestWaitMs, shareOfOne } = this.limits;
    const most = shareOfOne * longestWaitMs;
    if (bounded.some((who) => this.waitMs((this.unitsOf.get(who) ?? 0) + units) > most))
      throw new RateLimited(Math.ceil(most / 1_000));
    await new Promise<void>((begin, refuse) => {
      this.add({ units, onBehalfOf, start: this.place(units, onBehalfOf), begin, refuse });
      if (this.waiting.length > 1 && this.waitMs(this.waitingUnits) > longestWaitMs) this.refuseLast();
    });
  }

  /** @returns where work begins in virtual time, and moves what comes later on the same behalf behind it */
  private place(units: number, onBehalfOf: readonly string[]): number {
    const start = Math.max(this.virtualTime, ...onBehalfOf.map((who) => this.finishes.get(who) ?? 0));
    for (const who of onBehalfOf) this.finishes.set(who, start + units);
    return start;
  }

  private next(): void {
    const first = this.take((one, other) => one.start < other.start);
    if (!first) {
      if (this.running === 0) this.forget();
      return;
    }
    this.virtualTime = first.start;
    this.running++;
    first.begin();
  }

  private refuseLast(): void {
    const last = this.take((one, other) => one.start >= other.start);
    if (!last) return;
    // It was the last of each of these.
    for (const who of last.onBehalfOf) this.finishes.set(who, last.start);
    last.refuse(new Unavailable(RETRY_SECONDS));
  }

  private add(work: Waiting): void {
    this.waiting.push(work);
    this.count(work, work.units);
  }

  /** @param comesBefore whether the one is to be taken rather than the other */
  private take(comesBefore: (one: Waiting, other: Waiting) => boolean): Waiting | undefined {
    const [first, ...rest] = this.waiting;
    if (!first) return undefined;
    const chosen = rest.reduce((best, each) => (comesBefore(each, best) ? each : best), first);
    this.waiting.splice(this.waiting.indexOf(chosen), 1);
    this.count(chosen, -chosen.units);
    return chosen;
  }

  private count({ onBehalfOf }: Waiting, units: number): void {
    this.waitingUnits += units;
    for (const who of onBehalfOf) {
      const left = (this.unitsOf.get(who) ?? 0) + units;
      if (left > 0) this.unitsOf.set(who, left);
      else this.unitsOf.delete(who);
    }
  }

  private forget(): void {
    this.virtualTime = 0;
    this.finishes.clear();
  }

  private waitMs(units: number): number {
    return (units * this.msPerUnit) / this.limits.slots;
  }
}
