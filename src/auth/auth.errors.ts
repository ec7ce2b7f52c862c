import { DomainError } from '../platform/errors';

/** The sign-in failed. The response is the same whatever the reason, so it reveals nothing about the account. */
export class InvalidCredentials extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-credentials';

  /** @param detail left out for a sign-in, where it is always the same */
  constructor(
    detail = 'Invalid email or password, or the account is disabled or not verified. If you have just signed up, open the link in the verification mail first.',
  ) {
    super(detail);
  }
}

/** The refresh token is unknown, expired, revoked or was used before. The user has to sign in again. */
export class InvalidRefreshToken extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-refresh-token';

  constructor() {
    super('The refresh token is invalid, expired or revoked. Sign in again.');
  }
}

/** The setting `REGISTRATION` allows no account to be created in this way. */
export class RegistrationClosed extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'registration-closed';

  constructor(detail = 'Registration is closed. Ask an administrator for access.') {
    super(detail);
  }

  /** Where invitations are closed as well. */
  static ofInvitations(): RegistrationClosed {
    return new RegistrationClosed(
      'Registration is closed, also by invitation. Ask the operator of the application for access.',
    );
  }
}
