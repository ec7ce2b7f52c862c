import { DomainError } from '../platform/errors';

/** What was sent is not a live access token of this application; why, only the log could tell. */
export class InvalidToken extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-token';

  constructor(options?: ErrorOptions) {
    super(
      'The access token is not valid: malformed, expired, revoked or not meant for this service.',
      options,
    );
  }
}
