import { RateLimited, Unavailable } from '../platform/errors';

export interface QueuedWork<Result> {
  /** The amount of work, in any unit that is the same for the whole queue. */
  readonly units: number;
  /** The parties it is done for, such as a source and an account; each gets an equal share. */
  readonly onBehalfOf: readonly string[];
  /** The parties with a bounded share of the queue; by default all. A source may stand for many users. */
  readonly bounded?: readonly string[];
  readonly run: () => Promise<Result>;
}

export interface QueueLimits {
  /** The number of concurrent tasks. */
  readonly slots: number;
  /** The initial estimate of the duration of one unit, in milliseconds. */
  readonly msPerUnit: number;
  /** The longest wait of the last task in the queue, in milliseconds. */
  readonly longestWaitMs: number;
  /** The share of the longest wait that the tasks of one bounded party may take. */
  readonly shareOfOne: number;
}

interface Waiting extends Pick<QueuedWork<unknown>, 'units' | 'onBehalfOf'> {
  /** The virtual start time, in units. */
  readonly start: number;
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
}

const RETRY_SECONDS = 2;
/** The weight of the last measurement in the moving average. */
const SMOOTHING = 0.2;
/** Limits outliers: a measurement may include the start of a thread or a pause of the machine. */
const MOST_GROWTH = 4;

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): tasks are ordered by the earlier work of the same party, so a flood delays itself and
 * not others. The queue is bounded by its estimated time; beyond that, a task of the party with the most waiting work is refused.
 */
export class FairQueue {
  private readonly waiting: Waiting[] = [];
  /** The virtual finish time of the last task of each party. */
  private readonly finishes = new Map<string, number>();
  private readonly unitsOf = new Map<string, number>();
  private running = 0;
  private virtualTime = 0;
  private waitingUnits = 0;
  private msPerUnit: number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(
    private readonly limits: QueueLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.msPerUnit = limits.msPerUnit;
  }

  /**
   * @throws RateLimited where too much work of a bounded party waits; Unavailable where the queue is full and other parties have less waiting
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

  /** Places a task behind the earlier ones of its parties. @returns its virtual start time */
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
    // The refused task was the last one of each of its parties.
    for (const who of last.onBehalfOf) this.finishes.set(who, last.start);
    last.refuse(new Unavailable(RETRY_SECONDS));
  }

  private add(work: Waiting): void {
    this.waiting.push(work);
    this.count(work, work.units);
  }

  /** @param comesBefore whether the first argument is preferred to the second */
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
