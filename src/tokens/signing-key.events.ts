import { SecurityEvent } from '../platform/events';

/** The next key was published before its time. */
export class SigningKeyRotated extends SecurityEvent {
  static override readonly type = 'signing-key-rotated';
}

/** A key was taken out of use at once. */
export class SigningKeyRevoked extends SecurityEvent {
  static override readonly type = 'signing-key-revoked';
}
