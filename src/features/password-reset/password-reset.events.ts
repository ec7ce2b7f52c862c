import { SecurityEvent } from '../../platform/events';

/** Somebody asked for a mail to set a new password, whether or not there is an account. */
export class PasswordResetRequested extends SecurityEvent {
  static override readonly type = 'password-reset-requested';
}

/** A new password was set with the link of a mail, which proves the address, too. */
export class PasswordReset extends SecurityEvent {
  static override readonly type = 'password-reset';
}
