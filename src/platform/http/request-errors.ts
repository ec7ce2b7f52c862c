import { DomainError } from '../errors';
import { DEFAULT_BODY } from './body-policy';

/** The request is not valid HTTP or not valid JSON. */
export class MalformedRequest extends DomainError {
  static override readonly kind = 'malformed';
  static override readonly code = 'malformed-request';

  constructor(detail = 'The URL, the headers or the JSON body of the request is malformed.') {
    super(detail);
  }
}

/** The route requires credentials and the request has none. */
export class AuthenticationRequired extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'authentication-required';

  constructor(detail = 'An access token is required: "Authorization: Bearer …". Sign in to get one.') {
    super(detail);
  }
}

/** The request is valid, and the caller may not make it. */
export class Forbidden extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'forbidden';

  constructor() {
    super('You do not have permission to access this resource.');
  }
}

/** The request conflicts with the current state, such as removing the last admin. Read the resource again, then decide. */
export class Conflict extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'conflict';

  constructor(detail = 'The request conflicts with the current state of the resource.') {
    super(detail);
  }
}

/** The request body exceeds the limit. */
export class PayloadTooLarge extends DomainError {
  static override readonly kind = 'too-large';
  static override readonly code = 'payload-too-large';

  /** @param limit in bytes, or what the form has too much of */
  constructor(limit: number | string = DEFAULT_BODY.bytes) {
    super(typeof limit === 'string' ? limit : `The request body is larger than ${sizeInWords(limit)}.`);
  }
}

/** The request head exceeds the limit; cookies of other applications on the same host may have grown. */
export class HeadersTooLarge extends DomainError {
  static override readonly kind = 'head-too-large';
  static override readonly code = 'headers-too-large';

  constructor() {
    super('The URL and the headers of the request are together larger than 16 KiB.');
  }
}

/** The request was not completed in time; send it again on a new connection. */
export class RequestTimeout extends DomainError {
  static override readonly kind = 'too-slow';
  static override readonly code = 'request-timeout';

  constructor() {
    super('The request did not arrive in time.');
  }
}

/** The media type of the body is not supported. */
export class UnsupportedMediaType extends DomainError {
  static override readonly kind = 'unsupported';
  static override readonly code = 'unsupported-media-type';

  /** @param types the media types that the route takes */
  constructor(types: readonly string[] = DEFAULT_BODY.types) {
    super(`The request body must be ${types.join(' or ')} without a content coding.`);
  }
}

/** The route or the resource does not exist, or the caller may not see it; the response does not say which. */
export class NotFound extends DomainError {
  static override readonly kind = 'not-found';
  static override readonly code = 'not-found';

  constructor(detail = 'The resource does not exist.') {
    super(detail);
  }
}

/** The path exists and does not support the method; `Allow` names those it supports (RFC 9110 section 15.5.6). */
export class MethodNotAllowed extends DomainError {
  static override readonly kind = 'wrong-method';
  static override readonly code = 'method-not-allowed';
  static readonly example = () => new MethodNotAllowed(['GET', 'HEAD']);

  /** @param allowed the supported methods, for `Allow` */
  constructor(readonly allowed: readonly string[]) {
    super(`This path supports ${allowed.join(', ')} only.`);
  }
}

/** @param bytes a number of bytes, for people: `64 KiB`, `1.5 MiB` */
export function sizeInWords(bytes: number): string {
  const [unit, size] =
    bytes >= 1024 * 1024 ? ['MiB', 1024 * 1024] : bytes >= 1024 ? ['KiB', 1024] : ['bytes', 1];
  return `${Math.floor((bytes / size) * 10) / 10} ${unit}`;
}
