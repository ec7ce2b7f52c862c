import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

/** An instant to measure a span from. */
export interface ClockReading {
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
  private readonly lastId = { msecs: 0, seq: 0 };

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Milliseconds since the epoch, whole, so that an instant survives the way through the database unchanged. */
  nowMs(): number {
    return Math.floor(this.offsetMs + performance.now());
  }

  /** A UUIDv7 of now, so that identifiers go by the same time on all instances, and by their order on one. */
  newId(): string {
    const msecs = this.nowMs();
    const seq = msecs === this.lastId.msecs ? this.lastId.seq + 1 : 0;
    Object.assign(this.lastId, { msecs, seq });
    return uuidv7({ msecs, seq });
  }

  read(): ClockReading {
    return { monotonicMs: performance.now(), wallMs: Date.now() };
  }

  /** Milliseconds since then, by whichever clock saw more pass: while a machine sleeps, the monotonic one may stand still. */
  elapsedMsSince({ monotonicMs, wallMs }: ClockReading): number {
    return Math.max(performance.now() - monotonicMs, Date.now() - wallMs);
  }

  /**
   * Takes over the time of the database, which read its clock between two instants here. That leaves an interval in which
   * the truth lies; a clock that is within it stays as it is, so that slow answers do not make it tremble.
   * @returns by how many milliseconds it was moved
   */
  synchronise(databaseMs: number, asked: ClockReading, answered = this.read()): number {
    const before = this.offsetMs;
    const earliest = databaseMs - answered.monotonicMs;
    const latest = databaseMs - asked.monotonicMs;
    this.offsetMs = this.corrected
      ? Math.min(Math.max(this.offsetMs, earliest), latest)
      : (earliest + latest) / 2;
    this.corrected = true;
    return this.offsetMs - before;
  }
}
