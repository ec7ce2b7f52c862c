import { SecurityEvent } from '../platform/events';

/** An operator published the next signing key before it was due. */
export class SigningKeyRotated extends SecurityEvent {
  static override readonly type = 'signing-key-rotated';
}

/** An operator revoked a signing key. */
export class SigningKeyRevoked extends SecurityEvent {
  static override readonly type = 'signing-key-revoked';
}
