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

export class Forbidden extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'forbidden';

  constructor() {
    super('This is not allowed to you.');
  }
}

export class Conflict extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'conflict';

  constructor(detail = 'This does not go together with the present state of the resource.') {
    super(detail);
  }
}

export class PayloadTooLarge extends DomainError {
  static override readonly kind = 'too-large';
  static override readonly code = 'payload-too-large';

  constructor() {
    super('The request body is larger than 64 KiB.');
  }
}

export class HeadersTooLarge extends DomainError {
  static override readonly kind = 'head-too-large';
  static override readonly code = 'headers-too-large';

  constructor() {
    super('The address and the headers of the request are larger than 16 KiB together.');
  }
}

export class RequestTimeout extends DomainError {
  static override readonly kind = 'too-slow';
  static override readonly code = 'request-timeout';

  constructor() {
    super('The request did not arrive in time.');
  }
}

export class UnsupportedMediaType extends DomainError {
  static override readonly kind = 'unsupported';
  static override readonly code = 'unsupported-media-type';

  constructor() {
    super('A request body must be application/json, without a content coding.');
  }
}

export class NotFound extends DomainError {
  static override readonly kind = 'not-found';
  static override readonly code = 'not-found';

  constructor(detail = 'There is nothing at this address.') {
    super(detail);
  }
}

export class MethodNotAllowed extends DomainError {
  static override readonly kind = 'wrong-method';
  static override readonly code = 'method-not-allowed';

  /** @param allowed the methods this address knows, for `Allow` */
  constructor(readonly allowed: readonly string[]) {
    super(`This address answers ${allowed.join(', ')} only.`);
  }
}
