const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
// A proxy can name any time. Only a reload of the page would end a longer pause.
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/** A pause after a refusal, twice as long after each further one. */
export class Backoff {
  #refusals = 0;
  #until = -Infinity;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /**
   * Refusals of requests that were sent at the same time count once.
   * @param retryAfterSeconds the pause is at least as long, as the server asks for it
   */
  refuse(retryAfterSeconds = 0): void {
    if (!this.isOver) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#refusals++, LONGEST_PAUSE_MS);
    const askedForMs = Math.min(retryAfterSeconds * 1_000, LONGEST_RETRY_AFTER_MS);
    this.#until = performance.now() + Math.max(pauseMs, askedForMs);
  }

  reset(): void {
    this.#refusals = 0;
    this.#until = -Infinity;
  }
}

/** What the server has refused to one session. */
export class Backoffs {
  /** Asking who is signed in, while the server says that no user is. */
  readonly questions = new Backoff();
  /** A refresh that the server refused without ending the session. */
  readonly refreshes = new Backoff();
  /** A refresh whose new token was refused, too. */
  readonly renewedTokens = new Backoff();
}
