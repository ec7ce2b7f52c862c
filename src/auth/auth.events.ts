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

/** A user signed out; one event for each session that the presented credentials were of. */
export class SignedOut extends SecurityEvent {
  static override readonly type = 'signed-out';
}

/** A session was ended with the link of a notice. */
export class NoticedSessionRevoked extends SecurityEvent {
  static override readonly type = 'noticed-session-ended';
}

/** The password was entered again within a session. */
export class Reauthenticated extends SecurityEvent {
  static override readonly type = 'reauthenticated';
}

/** A wrong password was entered within a session. */
export class PasswordConfirmationFailed extends SecurityEvent {
  static override readonly type = 'password-proof-failed';
  static override readonly outcome = 'failure';
}

/** A refresh token that can never work (again) was used. */
export class RefreshRefused extends SecurityEvent {
  static override readonly type = 'refresh-refused';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}

/** An earlier refresh token was used again, and its session was ended. */
export class RefreshTokenReused extends SecurityEvent {
  static override readonly type = 'refresh-token-reused';
  static override readonly outcome = 'failure';
}

/** A free address was registered. */
export class Registered extends SecurityEvent {
  static override readonly type = 'registered';
}

/** An address that has an account was registered once more. */
export class RegistrationRepeated extends SecurityEvent {
  static override readonly type = 'registration-repeated';
}

/** An account is gone, by its owner or by an administrator. */
export class AccountDeleted extends SecurityEvent {
  static override readonly type = 'account-deleted';
}
