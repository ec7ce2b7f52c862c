import type { Environment } from '../config';

export class AttemptsSettings {
  /** Whether attempts are limited. */
  readonly limited: boolean;

  constructor(environment: Environment) {
    this.limited = environment.onOff('RATE_LIMITS', true);
    if (environment.production && !this.limited)
      environment.fault(
        'RATE_LIMITS',
        'is off',
        'leave it on: without limits every password can be guessed at',
      );
  }
}
