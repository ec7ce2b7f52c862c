import type { Answer } from './api';

export const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

const OF_ALL = {
  'content-security-policy': API_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** What an answer may have beside these, and what for; a banner would be one more. */
const KNOWN = new Set([
  ...Object.keys(OF_ALL),
  ...'accept-ranges allow cache-control connection content-length content-type date etag keep-alive transfer-encoding'.split(
    ' ',
  ),
  ...'last-modified location retry-after set-cookie strict-transport-security'.split(' '),
  ...'www-authenticate x-request-id'.split(' '),
]);

/** Holds an answer to the headers that every one has, and to no other than those that are known. */
export function expectSecurityHeaders(what: string, { headers }: Pick<Answer, 'headers'>): void {
  const found = Object.fromEntries(Object.keys(OF_ALL).map((name) => [name, headers.get(name)]));
  expect({ what, ...found }).toEqual({ what, ...OF_ALL });
  expect({ what, unknown: [...headers.keys()].filter((name) => !KNOWN.has(name)) }).toEqual({
    what,
    unknown: [],
  });
}
