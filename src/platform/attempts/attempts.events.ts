import { SecurityEvent } from '../events';

/** Somebody tried something more often than they may. */
export class RateLimitExceeded extends SecurityEvent {
  static override readonly type = 'rate-limit-exceeded';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
