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

/** The user proved who they are too long ago for this (RFC 9470); `reauthenticate` mends it. */
export class InsufficientUserAuthentication extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'insufficient-user-authentication';
  static readonly example = () => new InsufficientUserAuthentication(900);
  override readonly challengeParameters;

  /** @param maxAgeSeconds how long ago it may have been */
  constructor(maxAgeSeconds: number) {
    super(
      'This needs a recent sign-in. Enter the password again (POST /v1/auth/reauthenticate) and repeat the request.',
    );
    this.challengeParameters = { max_age: String(maxAgeSeconds) };
  }
}

/** The user may not do this (RFC 6750 section 3.1, `insufficient_scope`). */
export class InsufficientPermission extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'insufficient-permission';
  static readonly example = () => new InsufficientPermission(['users:read']);
  override readonly challengeParameters;

  /** @param missing the permissions that would be needed, too */
  constructor(missing: readonly string[]) {
    super(`This needs permissions that you do not have: ${missing.join(', ')}.`);
    this.challengeParameters = { scope: missing.join(' ') };
  }
}
