import type { Environment } from '../config';

export class MetricsSettings {
  /** In production the figures are served here, on loopback only; undefined: at `/metrics` of the application itself. */
  readonly port: number | undefined;

  constructor(environment: Environment) {
    const port = environment.number('METRICS_PORT', 9464, { min: 0, max: 65_535, integer: true });
    this.port = environment.production ? port : undefined;
  }
}
