import { withDeadline } from './deadline.ts';
import { retryAfterIn } from './problem.ts';

/** The tokens of bearer mode. The client keeps them in memory only. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** `cookie`: the browser keeps the tokens in cookies that no script can read. `bearer`: the client keeps them in memory until the page or the process ends. */
export type Mode = 'cookie' | 'bearer';

export type SendRequest = (request: Request) => Promise<Response>;

// Other tabs wait for this request, so a silent server must not hold it for ever.
const RESPONSE_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
// Below the 30 seconds of the grace period, in which the server returns the same successor for a refresh token.
const RETRY_FOR_MS = 12_000;

/** Sends requests with the credentials of the session, to one origin only. */
export class RequestSender {
  readonly baseUrl: string;
  readonly #origin: string;
  readonly #mode: Mode;
  readonly #fetch: SendRequest;
  // Node refers weakly from a signal to its request: a request that is collected can no longer be aborted.
  readonly #pending = new Set<readonly Request[]>();
  readonly #answered = new WeakMap<Response, readonly Request[]>();

  constructor(baseUrl: string, mode: Mode, fetch: SendRequest) {
    const { origin, pathname } = new URL(baseUrl);
    this.#origin = origin;
    this.baseUrl = origin + pathname.replace(/\/+$/, '');
    this.#mode = mode;
    this.#fetch = fetch;
  }

  /**
   * Sends a copy of the request, so that the caller can send it again.
   * @throws TypeError for another origin, or where there is no response
   */
  async send(request: Request, tokens?: Tokens): Promise<Response> {
    const { origin } = new URL(request.url);
    if (origin !== this.#origin)
      throw new TypeError(`This client sends requests to ${this.#origin} only, not to ${origin}.`);
    const headers = new Headers(request.headers);
    if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`);
    const credentials = this.#mode === 'cookie' ? 'include' : 'omit';
    const { signal } = request;
    // A redirect would carry the password or the token to its target.
    const sent = new Request(request.clone(), { headers, credentials, redirect: 'error', signal });
    const held = [request, sent];
    this.#pending.add(held);
    try {
      const response = await this.#fetch(sent);
      this.#answered.set(response, held);
      return response;
    } finally {
      this.#pending.delete(held);
    }
  }

  /** @throws TypeError where the complete response does not arrive in time */
  async post(path: string, json: object | undefined, tokens?: Tokens): Promise<Response> {
    const body = json && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
    return withDeadline(RESPONSE_TIMEOUT_MS, async (signal) => {
      // `keepalive`: a request that a closing tab aborts would leave the cookies of the former session.
      const init = { method: 'POST', signal, keepalive: true, ...body };
      try {
        return await unlessAborted(this.#sendAndRead(new Request(this.baseUrl + path, init), tokens), signal);
      } catch (error) {
        if (signal.aborted) throw new TypeError('The server did not answer in time.', { cause: error });
        throw error;
      }
    });
  }

  async #sendAndRead(request: Request, tokens?: Tokens): Promise<Response> {
    const response = await this.send(request, tokens);
    await response.clone().arrayBuffer();
    return response;
  }
}

/**
 * Repeats work that gets no response, or a 5xx, for up to 12 seconds with growing pauses.
 *
 * @param work must be idempotent: the server may have handled a request whose response was lost
 * @param responseIn returns the response that a result holds, if any
 */
export async function retry<T>(
  work: () => Promise<T>,
  responseIn: (result: T) => Response | undefined,
): Promise<T> {
  const retryUntil = performance.now() + RETRY_FOR_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    let waitMs = pauseMs;
    try {
      const result = await work();
      const response = responseIn(result);
      if (!response || response.status < 500) return result;
      waitMs = Math.max(waitMs, (retryAfterIn(response) ?? 0) * 1_000);
      if (performance.now() + waitMs > retryUntil) return result;
    } catch (error) {
      if (performance.now() + waitMs > retryUntil) throw error;
    }
    // Jitter: the clients of a restarted server must not all return at once.
    await new Promise((resolve) => setTimeout(resolve, waitMs * (1 + Math.random() / 4)));
  }
}

/** Rejects when the signal aborts. The work itself continues, as other callers may wait for it. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
