import type { Environment } from '../config';

export class RateLimitSettings {
  /** Whether attempts are limited. */
  readonly enabled: boolean;

  constructor(environment: Environment) {
    this.enabled = environment.onOff('RATE_LIMITS', true);
    if (environment.production && !this.enabled)
      environment.addFault(
        'RATE_LIMITS',
        'is off',
        'leave it on: without limits every password can be guessed at',
      );
  }
}
