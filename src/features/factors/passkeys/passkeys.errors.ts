import { DomainError } from '../../../platform/errors';

/** The passkey belongs to no account. A page can ask the password manager to remove it (`signalUnknownCredential`). */
export class UnknownPasskey extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'unknown-passkey';

  constructor() {
    super('No account has this passkey. Sign in in another way, and remove the passkey from your device.');
  }
}
