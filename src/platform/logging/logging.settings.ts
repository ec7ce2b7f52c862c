import type { Environment } from '../config';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export class LoggingSettings {
  readonly level: (typeof LEVELS)[number];
  /** JSON lines in production, readable lines elsewhere. */
  readonly readable: boolean;

  constructor(environment: Environment) {
    this.level = environment.oneOf('LOG_LEVEL', LEVELS, environment.mode === 'test' ? 'silent' : 'info');
    this.readable = environment.mode === 'development';
  }
}
