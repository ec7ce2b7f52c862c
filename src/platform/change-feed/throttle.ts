import type { Clock, ClockReading } from '../clock';

// Far below the bound on revocation, and long enough that a flood costs little.
const INTERVAL_MS = 25;

/**
 * Throttles work that notifications trigger, because any database role can send any number of them. The first call runs at
 * once; calls soon after it share one run.
 */
export class Throttle {
  private last: ClockReading | undefined;
  private next: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly work: () => void,
  ) {}

  call(): void {
    if (this.next) return;
    const waitMs = this.last ? INTERVAL_MS - this.clock.elapsedMsSince(this.last) : 0;
    if (waitMs > 0) this.next = setTimeout(() => this.run(), waitMs).unref();
    else this.run();
  }

  private run(): void {
    this.next = undefined;
    this.last = this.clock.read();
    this.work();
  }
}
