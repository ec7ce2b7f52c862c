import { SecurityEvent } from '../platform/events';

/** Correct credentials of an account with a factor: the second step was asked for. */
export class SecondFactorAsked extends SecurityEvent {
  static override readonly type = 'second-factor-asked';
}

/** A wrong proof in the second step, after correct credentials. */
export class SecondFactorFailed extends SecurityEvent {
  static override readonly type = 'second-factor-failed';
  static override readonly outcome = 'failure';
}

/** A user added a factor. */
export class FactorAdded extends SecurityEvent {
  static override readonly type = 'factor-added';
}

/** A factor was removed, by its user or by the recovery of the account. */
export class FactorRemoved extends SecurityEvent {
  static override readonly type = 'factor-removed';
}

/** An operator removed the factors of a user who has lost them, and voided the password. */
export class FactorsReset extends SecurityEvent {
  static override readonly type = 'factors-reset';
}

/** The link in the notice of the first factor was used: the factors are removed and the account is recovered. */
export class FactorsUndone extends SecurityEvent {
  static override readonly type = 'factors-undone';
}
