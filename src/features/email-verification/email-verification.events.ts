import { SecurityEvent } from '../../platform/events';

/** The address of an account was verified with the link of a mail. */
export class EmailVerified extends SecurityEvent {
  static override readonly type = 'email-verified';
}

/** The link was valid, and no registration of the address has the password. */
export class EmailVerificationFailed extends SecurityEvent {
  static override readonly type = 'email-verification-failed';
  static override readonly outcome = 'failure';
}
