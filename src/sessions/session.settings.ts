import type { Environment } from '../platform/config';

const DAY_MS = 86_400_000;

/** How long somebody stays signed in, in milliseconds. */
export class SessionSettings {
  readonly idleMs: number;
  readonly maxMs: number;
  /** How long after a rotation the generation before still gets the same successor; 0 switches it off. */
  readonly graceMs: number;

  constructor(environment: Environment) {
    this.idleMs = Math.round(environment.number('SESSION_IDLE_DAYS', 14, { min: 0.0001, max: 365 }) * DAY_MS);
    this.maxMs = Math.round(environment.number('SESSION_MAX_DAYS', 90, { min: 0.0001, max: 3650 }) * DAY_MS);
    this.graceMs = Math.round(environment.number('REFRESH_GRACE_SECONDS', 30, { min: 0, max: 300 }) * 1_000);
    if (this.idleMs > this.maxMs)
      environment.fault(
        'SESSION_IDLE_DAYS',
        'is longer than SESSION_MAX_DAYS',
        'make it the shorter of the two',
      );
  }
}
