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

/** The access token was signed before the user's roles changed. Refreshing gives one that knows of it; nobody is signed out. */
export class TokenStale extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'token-stale';

  constructor() {
    super('What this user may do has changed since the access token was issued. Refresh it and try again.');
  }
}

/** A page that may not caused it, with cookies of a user who did not mean it (CSRF). */
export class CrossSiteRequest extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'cross-site-request';

  constructor() {
    super('A request with cookies is taken only from this site and from the origins that are allowed here.');
  }
}
