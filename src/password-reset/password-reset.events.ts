import { SecurityEvent } from '../platform/events';

/** Somebody asked for a mail to set a new password, whether or not there is an account. */
export class PasswordResetRequested extends SecurityEvent {
  static override readonly type = 'password-reset-requested';
}

export class PasswordReset extends SecurityEvent {
  static override readonly type = 'password-reset';
}
