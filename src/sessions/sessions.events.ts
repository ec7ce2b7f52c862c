import { SecurityEvent } from '../platform/events';

/** Somebody was signed out of one session from another one. */
export class SessionEnded extends SecurityEvent {
  static override readonly type = 'session-ended';
}

/** Somebody was signed out of many sessions at once. */
export class SessionsEnded extends SecurityEvent {
  static override readonly type = 'sessions-ended';
}
