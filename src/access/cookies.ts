import type { FastifyReply, FastifyRequest } from 'fastify';
import { MalformedRequest } from '../platform/http';

/** Bound by their prefix to this very host, https and all paths: no sibling subdomain can set one (RFC 6265bis section 4.1.3.2). */
export const ACCESS_COOKIE = '__Host-access';
export const REFRESH_COOKIE = '__Host-refresh';
export const DEVICE_COOKIE = '__Host-device';

// The flags never depend on the request: one that was made to look like http would get a cookie without Secure.
const FLAGS = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/**
 * @returns undefined where there is none
 * @throws MalformedRequest where there are two: one of them was not set by us, and nobody could say which
 */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const { cookie = '' } = headers;
  if (!cookie.includes(name)) return undefined;
  const values = cookie
    .split(';')
    // Nothing but what separates two cookies: a no-break space before the name is a cookie that anybody can set.
    .map((pair) => pair.replace(/^[ \t]+/, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1) throw new MalformedRequest(`The cookie ${name} was sent more than once.`);
  return values[0];
}

/** @param maxAgeSeconds 0 takes it away */
export function setCookie(reply: FastifyReply, name: string, value: string, maxAgeSeconds: number): void {
  reply.header('set-cookie', `${name}=${value}; ${FLAGS}; Max-Age=${maxAgeSeconds}`);
}
