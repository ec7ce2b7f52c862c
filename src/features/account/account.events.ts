import { SecurityEvent } from '../../platform/events';

/** A signed-in user changed the password. */
export class PasswordChanged extends SecurityEvent {
  static override readonly type = 'password-changed';
}

/** Another address was asked for; nothing has changed yet. */
export class EmailChangeRequested extends SecurityEvent {
  static override readonly type = 'email-change-requested';
}

/** The new address was confirmed, and is the account's from now on. */
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
