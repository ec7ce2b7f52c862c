import { SecurityEvent } from '../../platform/events';

/** A signed-in user changed the password. */
export class PasswordChanged extends SecurityEvent {
  static override readonly type = 'password-changed';
}

/** A change of the address was requested; nothing has changed yet. */
export class EmailChangeRequested extends SecurityEvent {
  static override readonly type = 'email-change-requested';
}

/** The new address was confirmed and replaced the former one. */
export class EmailChanged extends SecurityEvent {
  static override readonly type = 'email-changed';
}

/** The change was undone from the former mailbox. */
export class EmailChangeUndone extends SecurityEvent {
  static override readonly type = 'email-change-undone';
}

/** The user exported all data stored about them. */
export class AccountExported extends SecurityEvent {
  static override readonly type = 'account-exported';
}
