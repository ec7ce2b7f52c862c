import { DomainError } from '../../platform/errors';

/** The address was registered more than once, and only a password tells which registration is that of the mailbox's owner. */
export class PasswordRequired extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'password-required';

  constructor() {
    super(
      'This address was registered more than once. Send the password you chose along: it picks your registration.',
    );
  }
}
