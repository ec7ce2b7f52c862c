import { RouteTable } from '../../src/platform/http';
import type { TestApp } from './app';

/** `Cache-Control` of what may be cached, by address; everything else is no-store. */
export const CACHE_CONTROL: Readonly<Record<string, string>> = {
  '/.well-known/jwks.json': 'public, max-age=300',
  '/.well-known/oauth-authorization-server': 'public, max-age=3600',
  '/.well-known/passkey-endpoints': 'public, max-age=300',
  '/.well-known/webauthn': 'public, max-age=300',
  '/account': 'no-cache',
  '/v1/auth/policy': 'public, max-age=300',
};

/** Methods that the parser knows and no route uses. */
export const STRANGE_METHODS = [
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'SEARCH',
  'LOCK',
  'M-SEARCH',
  'PURGE',
];

/** Each fixed address with the methods it answers; a pattern such as `/docs/*` is no address. */
export function addressesOf(app: TestApp): [string, Set<string>][] {
  const { routes } = app.nest.get(RouteTable);
  const urls = new Set(routes.map(({ url }) => url).filter((url) => !url.includes('*')));
  return [...urls].map((url) => [
    url,
    new Set(routes.filter((each) => each.url === url).map(({ method }) => method)),
  ]);
}
