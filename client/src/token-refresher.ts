import { readJson, retryAfterIn } from './problem.ts';
import { type Mode, type RequestSender, retry, unlessAborted } from './request-sender.ts';
import type { SessionStore } from './session-store.ts';
import type { TabCoordinator } from './tab-coordinator.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** `shared`: another caller or tab has just refreshed. `ended`: there is no session to refresh. */
type RefreshResult =
  | { readonly outcome: 'refreshed' | 'shared' | 'ended' }
  | { readonly outcome: 'failed'; readonly response: Response };

// A browser drops the cookie of an expired token, so in cookie mode a missing token counts as an expired one.
const REFRESHABLE_CODES: Readonly<Record<Mode, readonly unknown[]>> = {
  bearer: ['invalid-token', 'token-stale'],
  cookie: ['invalid-token', 'token-stale', 'authentication-required'],
};

/** Refreshes expired or stale access tokens, once for all callers that wait. Only a refused refresh token ends the session. */
export class TokenRefresher {
  readonly #store: SessionStore;
  readonly #sender: RequestSender;
  readonly #tabs: TabCoordinator;
  #inProgress: Promise<RefreshResult> | undefined;
  #lastFailure: RefreshResult = { outcome: 'ended' };

  constructor(store: SessionStore, sender: RequestSender, tabs: TabCoordinator) {
    this.#store = store;
    this.#sender = sender;
    this.#tabs = tabs;
  }

  /** As the global `fetch`, with the credentials of the session. */
  async fetch(request: Request): Promise<Response> {
    return this.withRefresh(async () => this.#sender.send(request, this.#store.tokens), request.signal);
  }

  /** Sends a request; where the server refuses its token as expired or stale, refreshes and sends it once more. */
  async withRefresh(send: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
    const { epoch } = this.#store;
    signal.throwIfAborted();
    if (performance.now() >= this.#store.expiresAt) {
      const result = await unlessAborted(this.refresh(performance.now()), signal);
      if (result.outcome === 'failed') return result.response.clone();
      // The request was made for the user of the former epoch.
      if (this.#store.epoch !== epoch && this.#store.state === 'signed-in')
        throw new DOMException('Another user signed in.', 'AbortError');
    }
    let sentAt = performance.now();
    let response = await send();
    for (let round = 0; round < 2; round++) {
      if (!(await this.#needsRefresh(response)) || !this.#store.backoffs.refreshedTokens.isOver) break;
      signal.throwIfAborted();
      const result = await unlessAborted(this.refresh(sentAt), signal);
      if (result.outcome === 'failed') return result.response.clone();
      if (result.outcome === 'ended' || this.#store.epoch !== epoch || this.#store.isSigningOut) break;
      sentAt = performance.now();
      response = await send();
      // The token of another tab may be as old as the refused one: the second round then refreshes in this tab.
      if (result.outcome !== 'refreshed') continue;
      const { refreshedTokens } = this.#store.backoffs;
      if (await this.#needsRefresh(response)) refreshedTokens.refuse();
      else refreshedTokens.reset();
      break;
    }
    return response;
  }

  /**
   * Refreshes the tokens, or joins the refresh in progress.
   *
   * @param usedAt when the refused token was sent, by performance.now()
   * @param isForced whether to refresh even where another tab has just done so
   */
  async refresh(usedAt: number, isForced = false): Promise<RefreshResult> {
    const { epoch, canRefresh } = this.#store;
    if (!canRefresh) return { outcome: 'ended' };
    if (this.#store.refreshedAt > usedAt) return { outcome: 'shared' };
    if (!this.#store.backoffs.refreshes.isOver) return this.#lastFailure;
    const attempt = async () => this.#tabs.runExclusive(async () => this.#attempt(epoch, usedAt, isForced));
    this.#inProgress ??= retry(attempt, responseOf)
      .then((result) => this.#record(result))
      .finally(() => (this.#inProgress = undefined));
    return this.#inProgress;
  }

  /** `retry` has already waited after a 5xx, so a pause follows only where the server asks for more. */
  #record(result: RefreshResult): RefreshResult {
    const { refreshes } = this.#store.backoffs;
    if (result.outcome !== 'failed') refreshes.reset();
    else {
      const retryAfterSeconds = retryAfterIn(result.response);
      if (result.response.status < 500 || retryAfterSeconds !== undefined)
        refreshes.refuse(retryAfterSeconds);
      this.#lastFailure = result;
    }
    return result;
  }

  /** Stores new tokens and informs the other tabs. To be called within `runExclusive`. */
  async store(granted: TokenResponse, startedAt: number): Promise<void> {
    this.#store.setTokens(granted, startedAt);
    this.#store.confirmSignedIn();
    if (this.#store.mode === 'bearer') return;
    await this.#tabs.markRefresh();
    this.#tabs.broadcast({ type: 'refreshed', expiresIn: granted.expiresIn });
  }

  /** Safe to repeat with the same token after a lost response: within the grace period the server returns the same successor. */
  async #attempt(epoch: number, usedAt: number, isForced: boolean): Promise<RefreshResult> {
    const { tokens, mode } = this.#store;
    if (this.#store.epoch !== epoch || !this.#store.canRefresh) return { outcome: 'ended' };
    if (this.#store.refreshedAt > usedAt) return { outcome: 'shared' };
    if (!isForced && (await this.#tabs.hasRecentRefresh())) return { outcome: 'shared' };
    const startedAt = performance.now();
    const body = tokens && { refreshToken: tokens.refreshToken };
    const response = await this.#sender.post('/v1/auth/refresh', body);
    if (this.#store.epoch !== epoch) return { outcome: 'ended' };
    if (response.ok) {
      await this.store(await readTokenResponse(response, mode), startedAt);
      return { outcome: 'refreshed' };
    }
    if ((await codeOf(response)) !== 'invalid-refresh-token') return { outcome: 'failed', response };
    if (mode === 'cookie' && this.#store.state === 'signed-in') this.#tabs.broadcast({ type: 'signed-out' });
    this.#store.markSignedOut('server');
    this.#store.backoffs.principalChecks.refuse();
    return { outcome: 'ended' };
  }

  async #needsRefresh(response: Response): Promise<boolean> {
    if (response.status !== 401 || !this.#store.canRefresh) return false;
    return REFRESHABLE_CODES[this.#store.mode].includes(await codeOf(response));
  }
}

function responseOf(result: RefreshResult): Response | undefined {
  return result.outcome === 'failed' ? result.response : undefined;
}

async function codeOf(response: Response): Promise<unknown> {
  const body = await readJson(response);
  if (body === undefined) return codeInChallenge(response.headers.get('www-authenticate') ?? '');
  return (body as { readonly code?: unknown }).code;
}

/** For responses to HEAD, which have no body (RFC 6750 section 3.1). */
function codeInChallenge(challenge: string): string | undefined {
  if (/\berror="invalid_token"/.test(challenge)) return 'invalid-token';
  return /^Bearer\b(?!.*\berror=)/i.test(challenge) ? 'authentication-required' : undefined;
}
