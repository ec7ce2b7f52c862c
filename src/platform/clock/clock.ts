import { Injectable } from '@nestjs/common';

/** An instant to measure a span from. */
export interface Mark {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * The application's only source of time: the database's, which all instances share, carried on by the host's monotonic
 * clock, so that the host's idea of the time of day counts for nothing. Tests move it. SQL never asks its own clock, it
 * gets `now` as a parameter.
 */
@Injectable()
export class Clock {
  /** The database's time less the monotonic clock's; before it was ever asked, the host has to do. */
  private offsetMs = Date.now() - performance.now();
  private corrected = false;

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Milliseconds since the epoch, whole, so that an instant survives the way through the database unchanged. */
  nowMs(): number {
    return Math.floor(this.offsetMs + performance.now());
  }

  mark(): Mark {
    return { monotonicMs: performance.now(), wallMs: Date.now() };
  }

  /** Milliseconds since then, by whichever clock saw more pass: while a machine sleeps, the monotonic one may stand still. */
  since({ monotonicMs, wallMs }: Mark): number {
    return Math.max(performance.now() - monotonicMs, Date.now() - wallMs);
  }

  /**
   * Takes over the time of the database, which read its clock between two instants here. That leaves an interval in which
   * the truth lies; a clock that is within it stays as it is, so that slow answers do not make it tremble.
   */
  correct(databaseMs: number, asked: Mark, answered = this.mark()): void {
    const earliest = databaseMs - answered.monotonicMs;
    const latest = databaseMs - asked.monotonicMs;
    this.offsetMs = this.corrected
      ? Math.min(Math.max(this.offsetMs, earliest), latest)
      : (earliest + latest) / 2;
    this.corrected = true;
  }
}
