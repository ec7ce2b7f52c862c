import { getJson } from './get-json';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Finds the address of the keys of an issuer (RFC 8414).
 *
 * @param issuer an https URL, or an http one of this machine
 * @throws where the metadata is unavailable, or that of another issuer (section 3.3)
 */
export async function discoverKeys(issuer: string): Promise<URL> {
  const { origin, pathname, protocol } = trusted(issuer);
  const path = pathname === '/' ? '' : pathname;
  const url = `${origin}/.well-known/oauth-authorization-server${path}`;
  const metadata = (await getJson(url)) as { issuer?: unknown; jwks_uri?: unknown } | null;
  // The metadata of another issuer would make this service trust the keys of that issuer.
  if (metadata?.issuer !== issuer) throw new Error(`the metadata belongs to another issuer than ${issuer}`);
  const keys = trusted(metadata.jwks_uri);
  // A remote issuer must not refer to keys on this machine.
  if (keys.protocol !== protocol)
    throw new Error(`the keys of ${issuer} have another scheme than the issuer`);
  return keys;
}

/** Keys fetched over an unencrypted network could be replaced by an attacker. */
function trusted(url: unknown): URL {
  const parsed = new URL(String(url));
  const isLocal = parsed.protocol === 'http:' && LOOPBACK.has(parsed.hostname);
  if (parsed.protocol !== 'https:' && !isLocal)
    throw new Error(`${parsed.href} is neither https nor loopback`);
  return parsed;
}
