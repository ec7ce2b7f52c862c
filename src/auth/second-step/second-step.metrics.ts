import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Metrics } from '../../platform/metrics';

@Injectable()
export class SecondStepMetrics {
  private readonly steps: Counter<'kind' | 'outcome'>;

  constructor({ registry }: Metrics) {
    this.steps = new Counter({
      name: 'second_steps_total',
      help: 'Second steps by kind of factor and outcome',
      labelNames: ['kind', 'outcome'] as const,
      registers: [registry],
    });
  }

  record(kind: string, outcome: 'success' | 'failure'): void {
    this.steps.inc({ kind, outcome });
  }
}
