import { SecurityEvent } from '../../../platform/events';

/** A user got new recovery codes; the former ones are void. */
export class RecoveryCodesMade extends SecurityEvent {
  static override readonly type = 'recovery-codes-made';
}

/** A recovery code was used instead of the second factor. */
export class RecoveryCodeUsed extends SecurityEvent {
  static override readonly type = 'recovery-code-used';
}
