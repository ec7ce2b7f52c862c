import { Backoffs } from './backoff.ts';
import type { Mode, Tokens } from './request-sender.ts';
import type { SessionChange, SessionState } from './session.ts';
import type { TokenResponse } from './token-response.ts';

/** The state of one client's session. Tokens are kept in memory only: browser storage outlives the page. */
export class SessionStore {
  readonly mode: Mode;
  state: SessionState;
  /** Bearer mode only, while a user is signed in. */
  tokens: Tokens | undefined;
  /** Incremented at every sign-in and sign-out. A request of an earlier epoch changes no state and is not repeated. */
  epoch = 0;
  // By performance.now(), which is monotonic. It may stop while the machine sleeps; a 401 of the server corrects that.
  expiresAt = Infinity;
  refreshedAt = -Infinity;
  /** When the user last authenticated again within the session, by performance.now(). */
  reauthenticatedAt = -Infinity;
  /** While a sign-out is in progress, nothing is refreshed. */
  isSigningOut = false;
  /** Cookie mode only, while signed out: another tab may have signed in and its message was missed. The next response of the server decides. */
  isUncertain = false;
  /** Replaced in every epoch. */
  backoffs = new Backoffs();
  readonly listeners = new Set<(change: SessionChange) => void>();

  constructor(mode: Mode) {
    this.mode = mode;
    this.state = mode === 'bearer' ? 'signed-out' : 'unknown';
  }

  get canRefresh(): boolean {
    return !this.isSigningOut && (this.state !== 'signed-out' || this.isUncertain);
  }

  /** @param requestedAt when the tokens were requested, by performance.now(); counting from there lets them expire early rather than late */
  setTokens({ tokens, expiresIn }: Omit<TokenResponse, 'deviceToken'>, requestedAt: number): void {
    this.tokens = tokens;
    this.expiresAt = requestedAt + expiresIn * 1_000;
    this.refreshedAt = performance.now();
  }

  markSignedIn(by: SessionChange['by']): void {
    this.#startEpoch();
    this.isSigningOut = false;
    this.#setState('signed-in', by);
  }

  /** For a sign-in whose response was lost: only the server knows whether a user is signed in, and which. */
  markUnknown(by: SessionChange['by']): void {
    this.#startEpoch();
    this.#setState('unknown', by);
  }

  markSignedOut(by: SessionChange['by']): void {
    this.tokens = undefined;
    this.expiresAt = Infinity;
    this.isUncertain = false;
    if (this.state === 'signed-out') return;
    this.#startEpoch();
    this.#setState('signed-out', by);
  }

  /** The server confirmed the session; listeners are notified where the state was uncertain. */
  confirmSignedIn(): void {
    if (this.state === 'unknown' || this.isUncertain) this.#setState('signed-in', 'server');
  }

  #startEpoch(): void {
    this.epoch++;
    this.reauthenticatedAt = -Infinity;
    this.backoffs = new Backoffs();
  }

  #setState(state: SessionState, by: SessionChange['by']): void {
    const was = this.state;
    this.state = state;
    this.isUncertain = false;
    // In a microtask, so that a listener that throws does not interrupt this call.
    for (const listener of this.listeners) queueMicrotask(() => listener({ state, was, by }));
  }
}
