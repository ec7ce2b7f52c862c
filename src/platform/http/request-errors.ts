import { DomainError } from '../errors';

/** The bytes of the request are not what HTTP, JSON or this application can read. */
export class MalformedRequest extends DomainError {
  static override readonly kind = 'malformed';
  static override readonly code = 'malformed-request';

  constructor(detail = 'The request could not be read: its URL, its headers or its JSON body is malformed.') {
    super(detail);
  }
}

/** No credentials were sent where they are needed. */
export class AuthenticationRequired extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'authentication-required';

  constructor(detail = 'This needs an access token: "Authorization: Bearer …". Sign in to get one.') {
    super(detail);
  }
}

/** The request is understood and refused, whoever makes it. */
export class Forbidden extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'forbidden';

  constructor() {
    super('This is not allowed to you.');
  }
}

/** The request does not go together with how things are: it would take the last admin away, say. Read the resource again, then decide. */
export class Conflict extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'conflict';

  constructor(detail = 'This does not go together with the present state of the resource.') {
    super(detail);
  }
}

/** The body is larger than any that is read here. */
export class PayloadTooLarge extends DomainError {
  static override readonly kind = 'too-large';
  static override readonly code = 'payload-too-large';

  constructor() {
    super('The request body is larger than 64 KiB.');
  }
}

/** The head of the request is larger than any that is read here; cookies of others on the same host may have grown. */
export class HeadersTooLarge extends DomainError {
  static override readonly kind = 'head-too-large';
  static override readonly code = 'headers-too-large';

  constructor() {
    super('The address and the headers of the request are larger than 16 KiB together.');
  }
}

/** The request was begun and not finished; send it again, on a new connection. */
export class RequestTimeout extends DomainError {
  static override readonly kind = 'too-slow';
  static override readonly code = 'request-timeout';

  constructor() {
    super('The request did not arrive in time.');
  }
}

/** The body is in a form that is not read here. */
export class UnsupportedMediaType extends DomainError {
  static override readonly kind = 'unsupported';
  static override readonly code = 'unsupported-media-type';

  constructor() {
    super('A request body must be application/json, without a content coding.');
  }
}

/** There is no such route or no such thing, or it is somebody else's: which of these is not said. */
export class NotFound extends DomainError {
  static override readonly kind = 'not-found';
  static override readonly code = 'not-found';

  constructor(detail = 'There is nothing at this address.') {
    super(detail);
  }
}

/** The address is right and the method is not; `Allow` names those that there are (RFC 9110 section 15.5.6). */
export class MethodNotAllowed extends DomainError {
  static override readonly kind = 'wrong-method';
  static override readonly code = 'method-not-allowed';
  static readonly example = () => new MethodNotAllowed(['GET', 'HEAD']);

  /** @param allowed the methods this address knows, for `Allow` */
  constructor(readonly allowed: readonly string[]) {
    super(`This address answers ${allowed.join(', ')} only.`);
  }
}
