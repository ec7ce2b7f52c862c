import type { FastifyReply, FastifyRequest } from 'fastify';
import { MalformedRequest } from '../platform/http';

/** The prefix binds a cookie to this host, https and the path /, so no sibling subdomain can set it (RFC 6265bis section 4.1.3.2). */
export const ACCESS_COOKIE = '__Host-access';
export const REFRESH_COOKIE = '__Host-refresh';
export const DEVICE_COOKIE = '__Host-device';

// The flags never depend on the request: a forged X-Forwarded-Proto would otherwise get a cookie without Secure.
const FLAGS = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/**
 * @returns undefined where the request has no such cookie
 * @throws MalformedRequest where it has two, because one of them was not set by this application
 */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const { cookie = '' } = headers;
  if (!cookie.includes(name)) return undefined;
  const values = cookie
    .split(';')
    // Trims only what separates two cookies: a name after a no-break space has no protected prefix, so any page can set it.
    .map((pair) => pair.replace(/^[ \t]+/, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1) throw new MalformedRequest(`The cookie ${name} was sent more than once.`);
  return values[0];
}

/** @param maxAgeSeconds 0 deletes the cookie */
export function setCookie(reply: FastifyReply, name: string, value: string, maxAgeSeconds: number): void {
  reply.header('set-cookie', `${name}=${value}; ${FLAGS}; Max-Age=${maxAgeSeconds}`);
}
