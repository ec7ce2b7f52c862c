/** What RFC 6750 calls the failures that are about the token itself; the others carry no `error` (section 3.1). */
const BEARER_ERROR: Readonly<Record<string, string>> = {
  'invalid-token': 'invalid_token',
  'token-stale': 'invalid_token',
};

/** The `WWW-Authenticate` of a 401. */
export function challengeFor(code: string, realm: string): string {
  // A quoted-string of RFC 9110 is ASCII; the application's name need not be.
  const quoted = realm.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
  const error = BEARER_ERROR[code];
  return `Bearer realm="${quoted}"${error ? `, error="${error}"` : ''}`;
}
