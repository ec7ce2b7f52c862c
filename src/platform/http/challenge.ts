import type { FailureDetails } from '../errors';

/** The `error` values of RFC 6750 and RFC 9470 for failures of the token; other failures have none (RFC 6750 section 3.1). */
const BEARER_ERROR: Readonly<Record<string, string>> = {
  'invalid-token': 'invalid_token',
  'token-stale': 'invalid_token',
  'insufficient-permission': 'insufficient_scope',
  'insufficient-user-authentication': 'insufficient_user_authentication',
};

/** The `WWW-Authenticate` of a failure, which every 401 has; undefined where there is none. */
export function challengeFor(
  { kind, code, challengeParameters }: Pick<FailureDetails, 'kind' | 'code' | 'challengeParameters'>,
  realm: string,
): string | undefined {
  const error = BEARER_ERROR[code];
  if (!error && kind !== 'unauthenticated') return undefined;
  const parameters = Object.entries({ realm, ...(error && { error }), ...challengeParameters });
  return `Bearer ${parameters.map(([name, value]) => `${name}="${quoted(value)}"`).join(', ')}`;
}

/** A quoted-string of RFC 9110 is ASCII; the name of the application may not be. */
function quoted(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}
