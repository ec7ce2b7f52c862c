import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessManifest, RouteAccess } from '../../src/api-contract';

/** What is committed; `access-manifest.spec.ts` holds the application to it. */
export const MANIFEST = JSON.parse(
  readFileSync(join(__dirname, '../../access-manifest.json'), 'utf8'),
) as AccessManifest;

/** The routes, as `GET /v1/users/{id}`, of which this is true. */
export function routesWhere(holds: (access: RouteAccess) => boolean): string[] {
  return Object.keys(MANIFEST).filter((route) => MANIFEST[route] && holds(MANIFEST[route]));
}

/** The method of a route and a path of it: with an id and a name that do not exist. */
export function placeOf(route: string): { readonly method: string; readonly path: string } {
  const [method = '', template = ''] = route.split(' ');
  const path = template
    .replace('{id}', '01890000-0000-7000-8000-000000000000')
    .replace('{name}', 'no-such-role');
  return { method, path };
}
