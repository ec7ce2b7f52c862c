import { SecurityEvent } from '../../platform/events';

/** The address of an account was proven with the link of a mail. */
export class EmailVerified extends SecurityEvent {
  static override readonly type = 'email-verified';
}

/** The link was right, the password fitted no registration of the address. */
export class EmailVerificationFailed extends SecurityEvent {
  static override readonly type = 'email-verification-failed';
  static override readonly outcome = 'failure';
}
