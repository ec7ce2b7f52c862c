import { DomainError } from '../../platform/errors';

/** The address was registered more than once, and the password selects the registration of the mailbox's owner. */
export class PasswordRequired extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'password-required';

  constructor() {
    super('This address was registered more than once. Send the password of your registration as well.');
  }
}
