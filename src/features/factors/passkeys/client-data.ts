/** The members of `clientDataJSON` that are verified (WebAuthn section 5.8.1); a browser may add others. */
export interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: unknown;
}

/** @returns null for anything that is no client data */
export function readClientData(base64url: string): ClientData | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
    return isClientData(data) ? data : null;
  } catch {
    return null;
  }
}

function isClientData(data: unknown): data is ClientData {
  if (typeof data !== 'object' || data === null) return false;
  const { type, challenge, origin } = data as Readonly<Record<string, unknown>>;
  return [type, challenge, origin].every((member) => typeof member === 'string');
}
