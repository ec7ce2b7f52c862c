import { SecurityEvent } from '../events';

/** The token of a mail was tried that is unknown, used or expired. */
export class OneTimeTokenRefused extends SecurityEvent {
  static override readonly type = 'one-time-token-refused';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
