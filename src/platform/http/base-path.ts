import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

// A server is made before the settings are read, and rewrites every request's target.
const bases = new WeakMap<object, { path: string }>();

/** What a server is made with: it serves at the root until `serveBelow` says where else. */
export function noBasePathYet(): {
  readonly rewrite: (request: IncomingMessage) => string;
  readonly attach: (fastify: FastifyInstance) => void;
} {
  const base = { path: '' };
  return {
    rewrite: ({ url = '/' }) => withoutBase(url, base.path),
    attach: ({ server }) => void bases.set(server, base),
  };
}

/**
 * Serves below this path, too: an ingress passes it on or strips it.
 * @param path of PUBLIC_URL, as `/auth`; empty where it has none
 */
export function serveBelow({ server }: FastifyInstance, path: string): void {
  const base = bases.get(server);
  if (!base) throw new TypeError('The server was not made by createFastify()');
  base.path = path;
}

/**
 * The target as the routes know it.
 * @param target of a request, query included
 * @param path without a slash at its end; empty: the target stays as it is
 */
export function withoutBase(target: string, path: string): string {
  if (path === '') return target;
  const [place = '', ...query] = target.split('?');
  const rest = ['', ...query].join('?');
  if (place === path || place.startsWith(`${path}/`)) return (place.slice(path.length) || '/') + rest;
  // Of an issuer with a path the metadata stand at /.well-known/<name><path> (RFC 8414 section 3.1).
  if (place.startsWith('/.well-known/') && place.endsWith(path)) return place.slice(0, -path.length) + rest;
  return target;
}
