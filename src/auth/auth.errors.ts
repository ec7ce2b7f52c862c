import { DomainError } from '../platform/errors';

/** The sign-in failed; the same words whatever the reason, so that they tell nothing about the account. */
export class InvalidCredentials extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-credentials';

  /** @param detail of a sign-in it is always the same */
  constructor(
    detail = 'That did not work: the address or the password is wrong, the account is disabled, or its address has not been verified yet. If you have just signed up, use the link in the mail first.',
  ) {
    super(detail);
  }
}

/** The refresh token is unknown, expired, revoked, or was used before; the user signs in again. */
export class InvalidRefreshToken extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-refresh-token';

  constructor() {
    super('This refresh token does not work any more. Sign in again.');
  }
}
