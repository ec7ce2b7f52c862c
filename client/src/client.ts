import createTypedClient, { type Client as TypedClient } from 'openapi-fetch';
import type { paths } from './generated/openapi.ts';
import { expandPath, refuseDotSegments } from './path.ts';
import { UnexpectedAnswer } from './problem.ts';
import { type Mode, RequestSender, type SendRequest } from './request-sender.ts';
import { SessionManager } from './session-manager.ts';
import type { SessionPath } from './session-routes.ts';
import type { DeviceTokens, Session } from './session.ts';
import type { StepUp } from './step-up.ts';

export interface ClientOptions {
  /** The address of the application; in a page `''` stands for the origin of the page. */
  readonly baseUrl: string;
  /** `cookie` in a browser: no script can read the tokens. `bearer` in programs, and in pages of another site. */
  readonly mode: Mode;
  /** Replaces the global `fetch`, for tracing or tests. Cookie mode in Node needs one with a cookie jar. */
  readonly fetch?: SendRequest;
  /** Bearer mode only: stores the device token, which tells the server that the user signed in from this device before. */
  readonly deviceTokens?: DeviceTokens;
  /**
   * Called once for all calls that are refused with `StepUpRequired`: ask the user to authenticate again, and the calls are
   * repeated, each once. Without it they throw.
   */
  readonly stepUp?: StepUp;
}

export interface Client {
  /**
   * Every operation of the OpenAPI document, typed: `const { data, error } = await api.GET('/v1/users/me')`. See `dataOf`.
   * It has no routes that open, renew or end a session: `session` calls them, because their responses change its state.
   */
  readonly api: TypedClient<Omit<paths, SessionPath>>;
  readonly session: Session;
  /**
   * As the global `fetch`, with the credentials of the session, for routes that the document does not have.
   * A path that begins with `/` is relative to the origin.
   *
   * @throws TypeError for another origin, and for a path with a segment `.` or `..`
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** Creates a client with one session: one for each page, or for each user of a program. Sends no request by itself. */
export function createClient({ baseUrl, mode, fetch, deviceTokens, stepUp }: ClientOptions): Client {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const address = new URL(baseUrl || '/', location?.href);
  const sender = new RequestSender(
    address.href,
    mode,
    fetch ?? (async (request) => globalThis.fetch(request)),
  );
  const session = new SessionManager(mode, sender, { deviceTokens, stepUp });
  const send: SendRequest = async (request) => session.fetch(request);
  return {
    api: createTypedClient({
      baseUrl: sender.baseUrl,
      fetch: async (request) => refuseHtml(await send(request)),
      pathSerializer: expandPath,
    }),
    session,
    fetch: async (input, init) => {
      if (typeof input === 'string') refuseDotSegments(input);
      return send(new Request(input instanceof Request ? input : new URL(input, `${sender.baseUrl}/`), init));
    },
  };
}

/** @throws UnexpectedAnswer for a page with status 200, as a captive portal sends it */
function refuseHtml(response: Response): Response {
  if (response.ok && /^text\/html\b/.test(response.headers.get('content-type') ?? ''))
    throw new UnexpectedAnswer(response);
  return response;
}
