import { Injectable } from '@nestjs/common';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import router, { type HTTPMethod } from 'find-my-way';

export interface Route {
  readonly method: string;
  readonly url: string;
}

/**
 * Every route that Fastify really serves, as its own hook reports them: Nest's metadata knows nothing of static files,
 * the documents page and automatic HEAD. Answers which methods an address has, for 405 and `Allow`.
 */
@Injectable()
export class RouteTable {
  readonly routes: Route[] = [];
  private readonly byUrl = router();

  /** Must be called before the first route is registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.add(each, url);
    });
  }

  /** @param target the request target, query included */
  methodsFor(target: string): string[] {
    const path = target.split('?', 1)[0] ?? '';
    const methods = new Set(this.routes.map(({ method }) => method));
    return [...methods].filter((method) => this.byUrl.find(method as HTTPMethod, path) !== null).toSorted();
  }

  private add(method: HTTPMethods, url: string): void {
    if (this.routes.some((route) => route.method === method && route.url === url)) return;
    this.routes.push({ method, url });
    this.byUrl.on(method as HTTPMethod, url, () => undefined);
  }
}
