import { readJson, StepUpRequired, toError } from './problem.ts';
import { unlessAborted } from './request-sender.ts';
import type { SessionStore } from './session-store.ts';
import type { Session } from './session.ts';
import type { TokenRefresher } from './token-refresher.ts';

/**
 * Asks the user to authenticate again, and completes `session.reauthenticate`. Where it returns without that, as after a
 * cancelled dialog, the call is refused with `StepUpRequired`; an error that it throws is thrown by the call. It must not wait
 * for calls that require a recent sign-in themselves.
 */
export type StepUp = (refusal: StepUpRequired, session: Session) => Promise<void>;

/** Repeats a call once that was refused for an older sign-in, after the user has authenticated again. */
export class StepUpRetry {
  readonly #store: SessionStore;
  readonly #refresher: TokenRefresher;
  readonly #ask: ((refusal: StepUpRequired) => Promise<void>) | undefined;
  #asking: Promise<void> | undefined;
  #askedUntil = -Infinity;

  constructor(
    store: SessionStore,
    refresher: TokenRefresher,
    ask?: (refusal: StepUpRequired) => Promise<void>,
  ) {
    this.#store = store;
    this.#refresher = refresher;
    this.#ask = ask;
  }

  async fetch(request: Request): Promise<Response> {
    const { epoch } = this.#store;
    const sentAt = performance.now();
    const response = await this.#refresher.fetch(request);
    if (!this.#ask || response.status !== 401) return response;
    const refusal = toError(await readJson(response), response);
    if (!(refusal instanceof StepUpRequired) || this.#store.epoch !== epoch) return response;
    // The dialog of another call was for this one, too.
    if (Math.max(this.#askedUntil, this.#store.reauthenticatedAt) < sentAt)
      await unlessAborted(this.#askOnce(this.#ask, refusal), request.signal);
    const isRenewed = this.#store.epoch === epoch && this.#store.reauthenticatedAt >= sentAt;
    return isRenewed ? this.#refresher.fetch(request) : response;
  }

  async #askOnce(ask: (refusal: StepUpRequired) => Promise<void>, refusal: StepUpRequired): Promise<void> {
    this.#asking ??= (async () => ask(refusal))().finally(() => {
      this.#asking = undefined;
      this.#askedUntil = performance.now();
    });
    return this.#asking;
  }
}
