import { DomainError } from '../errors';

/** The token of a link is unknown, used, expired, or was meant for something else; which of these is nobody's business. */
export class InvalidOrExpiredToken extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'invalid-or-expired-token';

  constructor() {
    super(
      'This link does not work any more: it was used, it has expired, or it was not copied whole. Ask for a new one.',
    );
  }
}
