import { SecurityEvent } from '../platform/events';

export class PasswordChanged extends SecurityEvent {
  static override readonly type = 'password-changed';
}

export class EmailChangeRequested extends SecurityEvent {
  static override readonly type = 'email-change-requested';
}

export class EmailChanged extends SecurityEvent {
  static override readonly type = 'email-changed';
}

/** The account was taken back to its former mailbox. */
export class EmailChangeUndone extends SecurityEvent {
  static override readonly type = 'email-change-undone';
}

/** Everything stored about the user was handed out. */
export class AccountExported extends SecurityEvent {
  static override readonly type = 'account-exported';
}
