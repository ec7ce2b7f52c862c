/** What sort of failure it is, in the domain's words; `platform/http` alone knows the status each becomes. */
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

/** A class of failures; what it says of itself statically is also what the documentation says of it. */
export interface DomainErrorClass {
  readonly kind: ErrorKind;
  readonly code: string;
  /** Where no kind has the status that it needs, such as 402 or 410. */
  readonly status?: number | undefined;
  /** Without one, the title is the code in words. */
  readonly title?: string | undefined;
}

/** One that the documentation can show: made without arguments, or by its static `example`. */
export type DocumentedErrorClass = DomainErrorClass &
  ((new () => DomainError) | { readonly example: () => DomainError });

/**
 * A failure that a client is told of. `message` becomes the problem's detail, so it holds nothing but words for
 * the client; what else there is to know goes into `cause`, which only the log sees.
 */
export abstract class DomainError extends Error {
  static readonly kind: ErrorKind = 'internal';
  /** Stable kebab-case word that clients switch on; never renamed. */
  static readonly code: string = 'internal-error';
  static readonly status: number | undefined = undefined;
  static readonly title: string | undefined = undefined;

  /** Whole seconds, becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined = undefined;

  /** What would make the same request succeed, by the names RFC 6750 and RFC 9470 give it. */
  readonly challengeParameters: Readonly<Record<string, string>> = {};

  /** Further members of the problem (RFC 9457 section 3.2), by names that RFC 9457 has not taken. */
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

/** What is told of a failure, to the client and to the log. */
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

/** A fault of ours that the client can do nothing about. */
export class InternalError extends DomainError {
  constructor(options?: ErrorOptions) {
    super('Something went wrong here. It has been logged under the request id given as "instance".', options);
  }
}

/** Something the request needs cannot be had right now; the same request may succeed a little later. */
export class Unavailable extends DomainError {
  static override readonly kind = 'unavailable';
  static override readonly code = 'unavailable';

  /** @param retryAfterSeconds whole seconds, becomes `Retry-After` */
  constructor(
    override readonly retryAfterSeconds = 1,
    options?: ErrorOptions,
  ) {
    super('The service cannot answer this right now. Try again in a moment.', options);
  }
}

/** Too many attempts, or too much of another kind from one source; whether this one would have been right is not looked at. */
export class RateLimited extends DomainError {
  static override readonly kind = 'limited';
  static override readonly code = 'rate-limited';

  static readonly example = () => new RateLimited(60);

  /** @param retryAfterSeconds whole seconds, becomes `Retry-After` */
  constructor(
    override readonly retryAfterSeconds: number,
    detail = `There were too many attempts. Try again in ${retryAfterSeconds} seconds.`,
  ) {
    super(detail);
  }
}
