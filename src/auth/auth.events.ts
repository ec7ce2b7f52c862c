import { SecurityEvent } from '../platform/events';

/** A session was opened. */
export class SignedIn extends SecurityEvent {
  static override readonly type = 'signed-in';
}

/** A wrong password, an unknown address, or an account that may not sign in. */
export class SignInFailed extends SecurityEvent {
  static override readonly type = 'sign-in-failed';
  static override readonly outcome = 'failure';
}

/** A user signed out: one event for each session of the presented credentials. */
export class SignedOut extends SecurityEvent {
  static override readonly type = 'signed-out';
}

/** A session was revoked with the link of a notice mail. */
export class NoticedSessionRevoked extends SecurityEvent {
  static override readonly type = 'noticed-session-ended';
}

/** A user confirmed the password within a session. */
export class Reauthenticated extends SecurityEvent {
  static override readonly type = 'reauthenticated';
}

/** A user entered a wrong password within a session. */
export class PasswordConfirmationFailed extends SecurityEvent {
  static override readonly type = 'password-proof-failed';
  static override readonly outcome = 'failure';
}

/** An invalid, expired or revoked refresh token was presented. */
export class RefreshRefused extends SecurityEvent {
  static override readonly type = 'refresh-refused';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}

/** An earlier refresh token was used again, and its session was revoked. */
export class RefreshTokenReused extends SecurityEvent {
  static override readonly type = 'refresh-token-reused';
  static override readonly outcome = 'failure';
}

/** An address without an account was registered. */
export class Registered extends SecurityEvent {
  static override readonly type = 'registered';
}

/** An address that already has an account was registered. */
export class RegistrationRepeated extends SecurityEvent {
  static override readonly type = 'registration-repeated';
}

/** An account was deleted by its owner or by an administrator. */
export class AccountDeleted extends SecurityEvent {
  static override readonly type = 'account-deleted';
}
