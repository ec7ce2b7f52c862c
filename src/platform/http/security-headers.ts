/** Sent with every response. Responses are data, so browsers must not interpret them as pages or scripts. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // Opened as a page, a response runs and loads nothing and cannot be framed (ASVS 3.4.3, 3.4.6).
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // Browsers must not interpret JSON as a script or a page because of its content (ASVS 3.4.4).
  'x-content-type-options': 'nosniff',
  // A page of another site cannot load a response as an image or a script and measure it (ASVS 3.5.8).
  'cross-origin-resource-policy': 'same-origin',
  // Linked sites do not learn the URL (ASVS 3.4.5).
  'referrer-policy': 'no-referrer',
};

/** Also sent with every response: caching is off unless a route allows it. */
export const COMMON_HEADERS = Object.freeze({ ...SECURITY_HEADERS, 'cache-control': 'no-store' });

/** The documents page runs its own scripts and calls this application only. */
export const DOCUMENTS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI uses inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
