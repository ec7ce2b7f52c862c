import { SecurityEvent } from '../events';

/** An attempt was refused because its rate limit was exceeded. */
export class RateLimitExceeded extends SecurityEvent {
  static override readonly type = 'rate-limit-exceeded';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
