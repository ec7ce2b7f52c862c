import { SecurityEvent } from '../platform/events';

/** A user ended one session from another one. */
export class SessionRevoked extends SecurityEvent {
  static override readonly type = 'session-ended';
}

/** All sessions of a user were ended at once, or all but the current one. */
export class SessionsRevoked extends SecurityEvent {
  static override readonly type = 'sessions-ended';
}
