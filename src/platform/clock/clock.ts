import { Injectable } from '@nestjs/common';

/** The application's only source of time; tests move it. SQL never asks its own clock, it gets `now` as a parameter. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date(this.nowMs());
  }

  /** Milliseconds since the epoch, whole, so that an instant survives the way through the database unchanged. */
  nowMs(): number {
    return Date.now();
  }
}
