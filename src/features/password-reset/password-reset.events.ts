import { SecurityEvent } from '../../platform/events';

/** A password reset was requested for an address, whether or not it has an account. */
export class PasswordResetRequested extends SecurityEvent {
  static override readonly type = 'password-reset-requested';
}

/** A new password was set with the link of a mail, which verifies the address as well. */
export class PasswordReset extends SecurityEvent {
  static override readonly type = 'password-reset';
}
