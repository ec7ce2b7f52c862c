import { getJson } from './get-json';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Where the keys of an issuer are (RFC 8414).
 *
 * @param issuer an https URL, or an http one of this machine
 * @throws where the metadata cannot be had, or is that of another issuer (section 3.3)
 */
export async function discoverKeys(issuer: string): Promise<URL> {
  const { origin, pathname, protocol } = trusted(issuer);
  const path = pathname === '/' ? '' : pathname;
  const url = `${origin}/.well-known/oauth-authorization-server${path}`;
  const metadata = (await getJson(url)) as { issuer?: unknown; jwks_uri?: unknown } | null;
  // Somebody else's metadata would make somebody else's keys ours.
  if (metadata?.issuer !== issuer) throw new Error(`the metadata is not that of ${issuer}`);
  const keys = trusted(metadata.jwks_uri);
  // Whoever is elsewhere has no keys on this machine.
  if (keys.protocol !== protocol) throw new Error(`the keys of ${issuer} are not where it is`);
  return keys;
}

/** Keys that came over a network in the clear are anybody's. */
function trusted(url: unknown): URL {
  const parsed = new URL(String(url));
  const isLocal = parsed.protocol === 'http:' && LOOPBACK.has(parsed.hostname);
  if (parsed.protocol !== 'https:' && !isLocal) throw new Error(`${parsed.href} is neither https nor here`);
  return parsed;
}
