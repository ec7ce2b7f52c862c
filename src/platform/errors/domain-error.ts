/** The kind of an error, independent of HTTP; only `platform/http` maps it to a status. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'wrong-method'
  | 'conflict'
  | 'too-large'
  | 'head-too-large'
  | 'too-slow'
  | 'unsupported'
  | 'invalid'
  | 'limited'
  | 'internal'
  | 'unavailable';

/** A class of errors; its static properties are also documented. */
export interface DomainErrorClass {
  readonly kind: ErrorKind;
  readonly code: string;
  /** For a status that no kind has, such as 402 or 410. */
  readonly status?: number | undefined;
  /** By default the code in words. */
  readonly title?: string | undefined;
}

/** A class that the documentation can instantiate: without arguments, or by its static `example`. */
export type DocumentedErrorClass = DomainErrorClass &
  ((new () => DomainError) | { readonly example: () => DomainError });

/**
 * An error that is reported to the client. `message` becomes the `detail` of the problem, so it must not reveal internals;
 * those go into `cause`, which is only logged.
 */
export abstract class DomainError extends Error {
  static readonly kind: ErrorKind = 'internal';
  /** Stable kebab-case code that clients switch on; never renamed. */
  static readonly code: string = 'internal-error';
  static readonly status: number | undefined = undefined;
  static readonly title: string | undefined = undefined;

  /** Whole seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined = undefined;

  /** Parameters of `WWW-Authenticate` that say what the request needs (RFC 6750, RFC 9470). */
  readonly challengeParameters: Readonly<Record<string, string>> = {};

  /** Extension members of the problem (RFC 9457 section 3.2). */
  readonly members: Readonly<Record<string, unknown>> = {};

  get kind(): ErrorKind {
    return (this.constructor as unknown as DomainErrorClass).kind;
  }

  get code(): string {
    return (this.constructor as unknown as DomainErrorClass).code;
  }

  get status(): number | undefined {
    return (this.constructor as unknown as DomainErrorClass).status;
  }

  get title(): string | undefined {
    return (this.constructor as unknown as DomainErrorClass).title;
  }
}

/** What the client and the log are told of an error. */
export type FailureDetails = Pick<
  DomainError,
  | 'kind'
  | 'code'
  | 'status'
  | 'title'
  | 'message'
  | 'members'
  | 'challengeParameters'
  | 'retryAfterSeconds'
  | 'cause'
>;

/** An unexpected error in the application. */
export class InternalError extends DomainError {
  constructor(options?: ErrorOptions) {
    super('An unexpected error occurred. It was logged under the request id in "instance".', options);
  }
}

/** A dependency is temporarily unavailable; the same request may succeed later. */
export class Unavailable extends DomainError {
  static override readonly kind = 'unavailable';
  static override readonly code = 'unavailable';

  /** @param retryAfterSeconds whole seconds, sent as `Retry-After` */
  constructor(
    override readonly retryAfterSeconds = 1,
    options?: ErrorOptions,
  ) {
    super('The service is temporarily unavailable. Try again in a moment.', options);
  }
}

/** Too many attempts, or too many unfinished requests of one source. The attempt itself was not checked. */
export class RateLimited extends DomainError {
  static override readonly kind = 'limited';
  static override readonly code = 'rate-limited';

  static readonly example = () => new RateLimited(60);

  /** @param retryAfterSeconds whole seconds, sent as `Retry-After` */
  constructor(
    override readonly retryAfterSeconds: number,
    detail = `Too many attempts. Try again in ${retryAfterSeconds} seconds.`,
  ) {
    super(detail);
  }
}
