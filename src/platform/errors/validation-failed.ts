import { DomainError } from './domain-error';

/** A violated rule: a JSON Pointer into the body (RFC 6901), a stable code, and a description. */
export interface Violation {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** The body is well-formed JSON and violates rules of the route. */
export class ValidationFailed extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'validation-failed';
  static readonly example = () =>
    new ValidationFailed([
      {
        pointer: '/email',
        code: 'email-address',
        detail: 'Must be an email address such as name@example.com, with ASCII characters before the @.',
      },
    ]);
  override readonly members;

  /** @param countsAsAttempt whether detecting the violation took more than validating the body */
  constructor(
    readonly violations: readonly Violation[],
    readonly countsAsAttempt = false,
  ) {
    super('The request body is not valid. "errors" lists every violation.');
    this.members = { errors: violations };
  }
}
