import { isIP } from 'node:net';
import type { Environment } from '../config';

export class MetricsSettings {
  /** The port of metrics in production; undefined: `/metrics` of the application itself. */
  readonly port: number | undefined;
  readonly host: string;

  constructor(environment: Environment) {
    const port = environment.number('METRICS_PORT', 9464, { min: 0, max: 65_535, integer: true });
    this.port = environment.production ? port : undefined;
    this.host = environment.string('METRICS_HOST') ?? '127.0.0.1';
    if (isIP(this.host) === 0 && this.host !== 'localhost')
      environment.addFault(
        'METRICS_HOST',
        `is ${JSON.stringify(this.host)}`,
        'use an address of this host, as 10.1.2.3, or 0.0.0.0 or :: for all of them',
      );
  }
}
