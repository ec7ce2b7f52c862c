const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
// A proxy can send any value. Only a reload of the page would end a longer pause.
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/** A pause after a refusal; each further refusal doubles it. */
export class Backoff {
  #refusals = 0;
  #until = -Infinity;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  /**
   * Starts the pause. Refusals during a pause do not count, so parallel requests count once.
   *
   * @param retryAfterSeconds the shortest pause, as `Retry-After` asks for it
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

/** The pauses of one session after refusals of the server. */
export class Backoffs {
  /** After the server reported that no user is signed in. */
  readonly principalChecks = new Backoff();
  /** After a refresh that the server refused without ending the session. */
  readonly refreshes = new Backoff();
  /** After the server refused a token that had just been refreshed. */
  readonly refreshedTokens = new Backoff();
}
