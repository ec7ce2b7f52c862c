import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
const SIGN_IN_PREFIX = 'mf_';
const SESSION_PREFIX = 'ms_';

/** A new token of a second step. Its form says whether it belongs to a session. */
export function newMfaToken(sessionId: string | null): string {
  return (
    (sessionId === null ? SIGN_IN_PREFIX : SESSION_PREFIX) + randomBytes(TOKEN_BYTES).toString('base64url')
  );
}

/** Whether an mfaToken belongs to a session, by its form: it is then completed with the access token of that session. */
export function isSessionBound(mfaToken: unknown): boolean {
  return typeof mfaToken === 'string' && mfaToken.startsWith(SESSION_PREFIX);
}
