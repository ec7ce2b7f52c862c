import { SecurityEvent } from '../events';

/** A token was presented that is unknown, used or expired. */
export class OneTimeTokenRefused extends SecurityEvent {
  static override readonly type = 'one-time-token-refused';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
