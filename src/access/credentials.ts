import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, cookieOf } from './cookies';

type Headers = Pick<FastifyRequest, 'headers'>;

/** An access token and how it came: what a browser attaches by itself proves nothing about who wanted the request. */
export interface PresentedToken {
  readonly token: string;
  readonly by: 'bearer' | 'cookie';
}

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 section 2.1; the scheme in any case). Nothing else is read:
 * no query parameter, no form field.
 *
 * @returns undefined where there is no such header; what follows the scheme otherwise, be it empty or nonsense
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
 * The access token of a request: the Bearer header's, and only where there is none the cookie's.
 * @throws MalformedRequest where the cookie was sent twice
 */
export function accessTokenOf(request: Headers): PresentedToken | undefined {
  const bearer = bearerTokenOf(request);
  if (bearer !== undefined) return { token: bearer, by: 'bearer' };
  const cookie = cookieOf(request, ACCESS_COOKIE);
  return cookie === undefined ? undefined : { token: cookie, by: 'cookie' };
}
