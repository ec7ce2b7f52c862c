import { SecurityEvent } from '../platform/events';

/** A signed-in user requested a route without its permissions. */
export class AccessDenied extends SecurityEvent {
  static override readonly type = 'access-denied';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}
