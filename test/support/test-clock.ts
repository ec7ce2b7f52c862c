import { Clock } from '../../src/platform/clock';

export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** A clock that stands still until a test moves it, so that a test can sit on a boundary. */
export class TestClock extends Clock {
  private time = Date.now();

  override nowMs(): number {
    return this.time;
  }

  /** The database's time counts for nothing here. */
  override synchronise(): number {
    return 0;
  }

  advance({ days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 }: Span): void {
    this.time += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds;
  }
}
