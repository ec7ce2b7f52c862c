import { DomainError } from './domain-error';

/** One broken rule: where (RFC 6901 JSON Pointer into the body), which (stable code), and in words. */
export interface Violation {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** The body is well-formed JSON, but not what the route takes. */
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

  /** @param countsAsAttempt whether it took more to find out than a look at the body */
  constructor(
    readonly violations: readonly Violation[],
    readonly countsAsAttempt = false,
  ) {
    super('The request does not follow the rules of this route; "errors" names each of them.');
    this.members = { errors: violations };
  }
}
