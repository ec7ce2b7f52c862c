import { withDeadline } from './deadline.ts';
import { retryAfterIn } from './problem.ts';

/** What a sign-in gives in bearer mode. It is kept in the memory of this client and nowhere else. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** `cookie`: the browser has the tokens, and no script can read them. `bearer`: this client has them, until the page or the process ends. */
export type Mode = 'cookie' | 'bearer';

export type Send = (request: Request) => Promise<Response>;

// So that a server that never answers does not keep every tab waiting.
const ANSWER_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
// Well within the 30 seconds in which the server answers the same refresh token with the same successor.
const PATIENCE_MS = 12_000;

/** Sends requests to one origin and to no other, with what proves who is calling. */
export class Sender {
  readonly baseUrl: string;
  readonly #origin: string;
  readonly #mode: Mode;
  readonly #fetch: Send;
  // Node holds the way from a signal to a request weakly: what is collected meanwhile can no longer be aborted.
  readonly #underWay = new Set<readonly Request[]>();
  readonly #answered = new WeakMap<Response, readonly Request[]>();

  constructor(baseUrl: string, mode: Mode, fetch: Send) {
    const { origin, pathname } = new URL(baseUrl);
    this.#origin = origin;
    this.baseUrl = origin + pathname.replace(/\/+$/, '');
    this.#mode = mode;
    this.#fetch = fetch;
  }

  /**
   * Reads nothing of the request, so that it can be sent again.
   * @throws TypeError where it is for another origin, or there is no answer
   */
  async send(request: Request, tokens?: Tokens): Promise<Response> {
    const { origin } = new URL(request.url);
    if (origin !== this.#origin)
      throw new TypeError(`This client talks to ${this.#origin}, not to ${origin}.`);
    const headers = new Headers(request.headers);
    if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`);
    const credentials = this.#mode === 'cookie' ? 'include' : 'omit';
    const { signal } = request;
    // Where a redirect leads, a password or a token would go along.
    const sent = new Request(request.clone(), { headers, credentials, redirect: 'error', signal });
    const held = [request, sent];
    this.#underWay.add(held);
    try {
      const response = await this.#fetch(sent);
      this.#answered.set(response, held);
      return response;
    } finally {
      this.#underWay.delete(held);
    }
  }

  /** @throws TypeError where there is no whole answer in time */
  async post(path: string, json: object | undefined, tokens?: Tokens): Promise<Response> {
    const body = json && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
    return withDeadline(ANSWER_WITHIN_MS, async (signal) => {
      // Goes on where the tab is closed: an answer that nobody takes leaves the cookies as they were.
      const init = { method: 'POST', signal, keepalive: true, ...body };
      try {
        return await unlessAborted(this.#whole(new Request(this.baseUrl + path, init), tokens), signal);
      } catch (error) {
        if (signal.aborted) throw new TypeError('The server did not answer in time.', { cause: error });
        throw error;
      }
    });
  }

  async #whole(request: Request, tokens?: Tokens): Promise<Response> {
    const response = await this.send(request, tokens);
    await response.clone().arrayBuffer();
    return response;
  }
}

/**
 * Does it again where there is no answer, or one that the server is not up to it (5xx), for some seconds.
 * @param work must do no harm when it is done twice: of an answer that got lost nobody knows what came of the request
 * @param answerIn what the server said, as far as it said anything
 */
export async function insist<T>(
  work: () => Promise<T>,
  answerIn: (result: T) => Response | undefined,
): Promise<T> {
  const patientUntil = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    let waitMs = pauseMs;
    try {
      const result = await work();
      const answer = answerIn(result);
      if (!answer || answer.status < 500) return result;
      waitMs = Math.max(waitMs, (retryAfterIn(answer) ?? 0) * 1_000);
      if (performance.now() + waitMs > patientUntil) return result;
    } catch (error) {
      if (performance.now() + waitMs > patientUntil) throw error;
    }
    // Not all at once, where a server has just come back.
    await new Promise((resolve) => setTimeout(resolve, waitMs * (1 + Math.random() / 4)));
  }
}

/** Ends the wait of one caller, and not the work that others wait for, too. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
