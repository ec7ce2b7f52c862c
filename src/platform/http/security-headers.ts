/** Sent with every response. Responses are data, so browsers must not interpret them as pages or scripts. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // Opened as a page, it runs and loads nothing and cannot be framed (ASVS 3.4.3, 3.4.6).
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // JSON is not to be taken for a script or a page because of what stands in it (ASVS 3.4.4).
  'x-content-type-options': 'nosniff',
  // A page of another site cannot pull it in as an image or a script and measure it (ASVS 3.5.8).
  'cross-origin-resource-policy': 'same-origin',
  // Linked sites do not learn the URL (ASVS 3.4.5).
  'referrer-policy': 'no-referrer',
};

/** These, and closed by default here, too: what may be cached says so itself. */
export const COMMON_HEADERS = Object.freeze({ ...SECURITY_HEADERS, 'cache-control': 'no-store' });

/** The documents page is a page: it runs its own scripts and asks this application, and nothing else. */
export const DOCUMENTS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI writes styles into its elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
