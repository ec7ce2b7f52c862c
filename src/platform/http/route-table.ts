import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import router, { type HTTPMethod } from 'find-my-way';
import { MethodNotAllowed, NotFound } from './request-errors';

export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
}

/**
 * All routes that Fastify serves, collected by its hook, because Nest's metadata lacks static files, the documents page and
 * automatic HEAD. It distinguishes unknown paths from unsupported methods.
 */
@Injectable()
export class RouteTable {
  readonly routes: RegisteredRoute[] = [];
  private readonly methods = new Set<string>();
  // The same limit as that of the server; with a smaller one, a long parameter would turn a 405 into a 404.
  private readonly byUrl = router({ maxParamLength: 16_384 });

  /** Must be called before the first route is registered. */
  recordRoutes(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.add(each, url);
    });
  }

  /** Refuses requests without a route before their body is read. */
  refuseUnknownRoutes(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) =>
      done(request.is404 || this.isTaken(request) ? this.errorFor(request) : undefined),
    );
  }

  /** @throws Error where a route begins with the path of PUBLIC_URL, because such requests would be ambiguous */
  assertNoRouteBelow(path: string): void {
    const own = this.routes.find(({ url }) => url === path || url.startsWith(`${path}/`));
    if (path === '' || !own) return;
    const problem = `PUBLIC_URL ends with ${path}, where the application has a route of its own: ${own.method} ${own.url}`;
    throw new Error(`${problem}.\n  → use another path`);
  }

  /** Returns the problem of an unrouted request: the path does not exist, or it does not support the method. */
  errorFor({ method, raw }: Pick<FastifyRequest, 'method' | 'raw'>): NotFound | MethodNotAllowed {
    const allowed = this.methodsFor(raw.url ?? '');
    return allowed.length === 0 || allowed.includes(method) ? new NotFound() : new MethodNotAllowed(allowed);
  }

  /** A path with routes of its own is never a parameter value of another route: `/users/me` is not an id, for any method. */
  private isTaken({ method, raw, routeOptions }: FastifyRequest): boolean {
    return isPattern(routeOptions.url ?? '') && !this.methodsFor(raw.url ?? '').includes(method);
  }

  /** @param target the request target, query included */
  private methodsFor(target: string): string[] {
    const path = target.split('?', 1)[0] ?? '';
    const found = [...this.methods].flatMap((method) => {
      const match = this.byUrl.find(method as HTTPMethod, path);
      return match ? [{ method, url: match.store as string }] : [];
    });
    const own = found.filter(({ url }) => !isPattern(url));
    return (own.length > 0 ? own : found).map(({ method }) => method).toSorted();
  }

  private add(method: HTTPMethods, url: string): void {
    if (this.routes.some((route) => route.method === method && route.url === url)) return;
    this.routes.push({ method, url });
    this.methods.add(method);
    this.byUrl.on(method as HTTPMethod, url, () => undefined, url);
  }
}

function isPattern(url: string): boolean {
  return url.includes(':') || url.includes('*');
}
