import { Injectable } from '@nestjs/common';
import { Gauge, Histogram } from 'prom-client';
import { Metrics } from '../metrics';
import type { Change } from './change-reader';

@Injectable()
export class ChangeFeedMetrics {
  private readonly lag: Histogram;
  private readonly age: Gauge;

  constructor({ registry }: Metrics) {
    this.lag = new Histogram({
      name: 'feed_lag_seconds',
      help: 'Time from a change on any instance until this instance applied it',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers: [registry],
    });
    this.age = new Gauge({
      name: 'feed_confirmed_timestamp_seconds',
      help: 'When this instance last read all changes, in seconds since the epoch',
      registers: [registry],
    });
  }

  recordChanges(changes: readonly Change[], nowMs: number): void {
    this.age.set(nowMs / 1_000);
    for (const { changedAt } of changes) this.lag.observe(Math.max(0, nowMs - changedAt.getTime()) / 1_000);
  }
}
