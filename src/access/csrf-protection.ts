import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { DecoratorTarget } from '../platform/extensions';
import { HttpSettings } from '../platform/http';
import { CrossSiteRequest } from './access.errors';
import { type ActsOnCookies, noteCsrfProtected } from './route-policy';

// Safe methods change nothing (RFC 9110 section 9.2.1), and other origins cannot read their responses.
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Refuses cross-site requests to a public handler that acts on cookies; `JwtAuthGuard` enforces it. Handlers that require authentication
 * need no such decorator.
 * @param actsOnCookies whether the handler acts on the cookies of a request; by default it does of every one
 */
export function CsrfProtected(actsOnCookies: ActsOnCookies = () => true): MethodDecorator {
  return (...place: DecoratorTarget): void => noteCsrfProtected(place, actsOnCookies);
}

const OWN = new Set(['same-origin', 'none']);

/**
 * Refuses requests that a page of another site made a browser send with its cookies (OWASP CSRF Prevention: Fetch Metadata, with Origin
 * for browsers that do not send it).
 */
@Injectable()
export class CsrfProtection {
  private readonly origins: ReadonlySet<string>;

  constructor({ publicUrl, corsOrigins }: HttpSettings) {
    this.origins = new Set([new URL(publicUrl).origin, ...corsOrigins]);
  }

  /** @throws CrossSiteRequest where the request comes from a page of another site */
  assertAllowed({ headers }: Pick<FastifyRequest, 'headers'>): void {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    if (typeof site === 'string' && OWN.has(site)) return;
    if (origin !== undefined && this.origins.has(origin)) return;
    // Every browser sends one of them, and a client that is no browser has no cookies of a victim.
    if (site === undefined && origin === undefined) return;
    throw new CrossSiteRequest();
  }
}
