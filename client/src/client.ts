import createTypedClient, { type Client as TypedClient } from 'openapi-fetch';
import type { paths } from './generated/openapi.ts';
import { KeptSession } from './kept-session.ts';
import { pathOf, refuseDotSegments } from './path.ts';
import { UnexpectedAnswer } from './problem.ts';
import { type Mode, type Send, Sender } from './sender.ts';
import type { DeviceTokens, Session } from './session.ts';

/** They change the session, and are called by `session`, which is told of what they answer. */
type SessionPath = '/v1/auth/login' | '/v1/auth/logout' | '/v1/auth/reauthenticate' | '/v1/auth/refresh';

export interface ClientOptions {
  /** Where the application is; in a page `''` is the origin that the page comes from. */
  readonly baseUrl: string;
  /** In a browser `cookie`, which keeps tokens from scripts (RFC 10017); `bearer` in programs, and in pages of another site. */
  readonly mode: Mode;
  /** Instead of the global one, for tracing or tests. In Node it needs a cookie jar in cookie mode. */
  readonly fetch?: Send;
  /** In bearer mode: keeps what tells the server that somebody has signed in from here before. */
  readonly deviceTokens?: DeviceTokens;
}

export interface Client {
  /** Every route of the document, typed: `const { data, error } = await api.GET('/v1/users/me')`. See `dataOf`. */
  readonly api: TypedClient<Omit<paths, SessionPath>>;
  readonly session: Session;
  /** As the global one, within the session, for routes that are not in the document; throws for other origins. A path that begins with `/` is one of the origin; one with a segment `.` or `..` is refused. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** One for a page or a user: it has one session. Asks the server nothing by itself. */
export function createClient({ baseUrl, mode, fetch, deviceTokens }: ClientOptions): Client {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const address = new URL(baseUrl || '/', location?.href);
  const sender = new Sender(address.href, mode, fetch ?? (async (request) => globalThis.fetch(request)));
  const session = new KeptSession(mode, sender, deviceTokens);
  const send: Send = async (request) => session.fetch(request);
  return {
    api: createTypedClient({
      baseUrl: sender.baseUrl,
      fetch: async (request) => ours(await send(request)),
      pathSerializer: pathOf,
    }),
    session,
    fetch: async (input, init) => {
      if (typeof input === 'string') refuseDotSegments(input);
      return send(new Request(input instanceof Request ? input : new URL(input, `${sender.baseUrl}/`), init));
    },
  };
}

/** @throws UnexpectedAnswer where something else answers with a page, as a captive portal does with 200 */
function ours(response: Response): Response {
  if (response.ok && /^text\/html\b/.test(response.headers.get('content-type') ?? ''))
    throw new UnexpectedAnswer(response);
  return response;
}
