import { DomainError } from '../errors';

/** The token of a link is unknown, used, expired, or of another purpose; the error does not tell which. */
export class InvalidOrExpiredToken extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'invalid-or-expired-token';

  constructor() {
    super('This link is not valid: it was used, it has expired, or it is incomplete. Request a new one.');
  }
}
