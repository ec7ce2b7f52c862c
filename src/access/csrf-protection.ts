import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { DecoratorTarget } from '../platform/extensions';
import { HttpSettings } from '../platform/http';
import { CrossSiteRequest } from './access.errors';
import { noteCsrfProtected } from './route-policy';

// They change nothing (RFC 9110 section 9.2.1), and their answers another origin cannot read.
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** States of a public handler that it acts on cookies and asks `CsrfProtection` itself; of all others the guard does. */
export function CsrfProtected(): MethodDecorator {
  return (...place: DecoratorTarget): void => noteCsrfProtected(place);
}

const OWN = new Set(['same-origin', 'none']);

/**
 * Did a page of ours want this? Asked of every request that a browser could have been made to send with cookies it holds
 * (OWASP CSRF Prevention: Fetch Metadata, with Origin for browsers that do not send it).
 */
@Injectable()
export class CsrfProtection {
  private readonly origins: ReadonlySet<string>;

  constructor({ publicUrl, corsOrigins }: HttpSettings) {
    this.origins = new Set([new URL(publicUrl).origin, ...corsOrigins]);
  }

  /** @throws CrossSiteRequest where it was a page that may not */
  assertAllowed({ headers }: Pick<FastifyRequest, 'headers'>): void {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    if (typeof site === 'string' && OWN.has(site)) return;
    if (origin !== undefined && this.origins.has(origin)) return;
    // No browser leaves out both, and whoever is none has the cookies of no victim.
    if (site === undefined && origin === undefined) return;
    throw new CrossSiteRequest();
  }
}
