import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, cookieOf } from './cookies';

type Headers = Pick<FastifyRequest, 'headers'>;

/** An access token and its transport. A browser attaches cookies by itself, so a cookie needs a CSRF check. */
export interface PresentedToken {
  readonly token: string;
  readonly by: 'bearer' | 'cookie';
}

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), with the scheme in any case. Query parameters and form fields
 * are not read.
 *
 * @returns undefined without such a header; otherwise what follows the scheme, even where it is empty or malformed
 */
export function bearerTokenOf({ headers }: Headers): string | undefined {
  const [scheme = '', ...rest] = (headers.authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? rest.join(' ').trim() : undefined;
}

/** The token of the request's Bearer header, as `bearerTokenOf`. */
export const BearerToken = createParamDecorator((_: unknown, context: ExecutionContext) =>
  bearerTokenOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * The access token of a request: from the Bearer header, or from the cookie where there is no such header.
 * @throws MalformedRequest where the cookie was sent twice
 */
export function accessTokenOf(request: Headers): PresentedToken | undefined {
  const bearer = bearerTokenOf(request);
  if (bearer !== undefined) return { token: bearer, by: 'bearer' };
  const cookie = cookieOf(request, ACCESS_COOKIE);
  return cookie === undefined ? undefined : { token: cookie, by: 'cookie' };
}
