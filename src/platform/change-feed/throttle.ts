import type { Clock, ClockReading } from '../clock';

// Far below the bound on every revocation, and so seldom that a flood costs little.
const EVERY_MS = 25;

/**
 * Work that notifications call for: any role that can connect to the database may send them, as many as it likes. The first
 * is followed at once, those that come soon after it together.
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
    const waitMs = this.last ? EVERY_MS - this.clock.elapsedMsSince(this.last) : 0;
    if (waitMs > 0) this.next = setTimeout(() => this.run(), waitMs).unref();
    else this.run();
  }

  private run(): void {
    this.next = undefined;
    this.last = this.clock.read();
    this.work();
  }
}
