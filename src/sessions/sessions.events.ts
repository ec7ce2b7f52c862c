import { SecurityEvent } from '../platform/events';

/** A user revoked one of the user's sessions. */
export class SessionRevoked extends SecurityEvent {
  static override readonly type = 'session-ended';
}

/** A user revoked all of the user's sessions, or all except the current one. */
export class SessionsRevoked extends SecurityEvent {
  static override readonly type = 'sessions-ended';
}
