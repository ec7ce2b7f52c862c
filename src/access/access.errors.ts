import { DomainError } from '../platform/errors';
import type { Acr } from './acr';

/** The credentials are no live access token of this application. The reason is not revealed. */
export class InvalidToken extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-token';

  constructor(options?: ErrorOptions) {
    super('The access token is malformed, expired, revoked or issued for another service.', options);
  }
}

/** The access token was signed before the roles of its user changed. A refresh returns a current one; the session goes on. */
export class TokenStale extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'token-stale';

  constructor() {
    super(
      'The roles of the user have changed since the access token was issued. Refresh it and repeat the request.',
    );
  }
}

/** A page of another site caused the request with the cookies of its visitor (CSRF). */
export class CrossSiteRequest extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'cross-site-request';

  constructor() {
    super('Requests with cookies are accepted from this site and from allowed origins only.');
  }
}

/** The last authentication of the user is too long ago or too weak for this request (RFC 9470); `reauthenticate` renews it. */
export class InsufficientUserAuthentication extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'insufficient-user-authentication';
  static readonly example = () => new InsufficientUserAuthentication(900);
  override readonly challengeParameters;

  /**
   * @param maxAgeSeconds the highest age of the last authentication that is accepted
   * @param acr the level that is required, where the present one is too low
   */
  constructor(maxAgeSeconds: number, acr?: Acr) {
    super(
      acr
        ? 'This request requires a recent sign-in with a second factor. Confirm password and factor (POST /v1/auth/reauthenticate) and repeat the request.'
        : 'This request requires a recent sign-in. Confirm the password (POST /v1/auth/reauthenticate) and repeat the request.',
    );
    this.challengeParameters = { max_age: String(maxAgeSeconds), ...(acr && { acr_values: acr }) };
  }
}

/** The caller lacks a required permission (RFC 6750 section 3.1, `insufficient_scope`). */
export class InsufficientPermission extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'insufficient-permission';
  static readonly example = () => new InsufficientPermission(['users:read']);
  override readonly challengeParameters;

  /** @param missing the required permissions that the caller does not have */
  constructor(missing: readonly string[]) {
    super(`You do not have permission to access this resource. Missing: ${missing.join(', ')}.`);
    this.challengeParameters = { scope: missing.join(' ') };
  }
}
