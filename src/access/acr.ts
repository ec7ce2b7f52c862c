/** The authentication levels, lowest first: `phr` is resistant to phishing (OpenID Extended Authentication Profile). */
export const ACRS = ['aal1', 'aal2', 'phr'] as const;

/** How strongly a user has authenticated: the claim `acr` (RFC 9068 section 2.2.1). */
export type Acr = (typeof ACRS)[number];

/**
 * The level of a sign-in, a pure function of how the user authenticated.
 * @param amr authentication methods (RFC 8176)
 */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.includes('pop') && amr.includes('user')) return 'phr';
  return amr.includes('mfa') ? 'aal2' : 'aal1';
}

/** Whether a level is at least the required one. */
export function satisfiesAcr(acr: Acr, required: Acr): boolean {
  return ACRS.indexOf(acr) >= ACRS.indexOf(required);
}

export function isAcr(value: unknown): value is Acr {
  return ACRS.some((acr) => acr === value);
}
