import { SecurityEvent } from '../platform/events';

/** Somebody signed in asked for what they may not. */
export class AccessDenied extends SecurityEvent {
  static override readonly type = 'access-denied';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
