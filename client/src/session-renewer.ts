import { readJson, toError } from './problem.ts';
import type { RequestSender } from './request-sender.ts';
import { PendingStep, readRequiredStep, type RequiredStep, type SecondStep } from './second-step.ts';
import type { SessionStore } from './session-store.ts';
import type { TabCoordinator } from './tab-coordinator.ts';
import type { TokenRefresher } from './token-refresher.ts';
import { readTokenResponse } from './token-response.ts';

/** Authenticates the user again within the same session: by one step, or by the second of two. */
export class SessionRenewer {
  readonly #store: SessionStore;
  readonly #sender: RequestSender;
  readonly #tabs: TabCoordinator;
  readonly #refresher: TokenRefresher;

  constructor(store: SessionStore, sender: RequestSender, tabs: TabCoordinator, refresher: TokenRefresher) {
    this.#store = store;
    this.#sender = sender;
    this.#tabs = tabs;
    this.#refresher = refresher;
  }

  async reauthenticate(path: string, body: object): Promise<SecondStep | undefined> {
    return this.#renew(path, body, this.#store.epoch);
  }

  async #renew(path: string, body: object, epoch: number): Promise<SecondStep | undefined> {
    let response: Response;
    try {
      response = await this.#send(epoch, async () => {
        const startedAt = performance.now();
        const { tokens, mode } = this.#store;
        const answer = await this.#sender.post(path, body, tokens);
        if (answer.ok && this.#store.epoch === epoch) {
          await this.#refresher.store(await readTokenResponse(answer, mode), startedAt);
          this.#store.reauthenticatedAt = performance.now();
        }
        return answer;
      });
    } catch (error) {
      // The lost response may have carried the next refresh token: fetch it with the former one.
      if (this.#store.epoch === epoch)
        this.#refresher.refresh(performance.now(), true).catch(() => undefined);
      throw error;
    }
    const required = await readRequiredStep(response);
    if (required) return this.#stepOf(required, epoch);
    if (!response.ok) throw toError(await readJson(response), response);
    return undefined;
  }

  #stepOf(required: RequiredStep, epoch: number): SecondStep {
    return new PendingStep(required, {
      complete: async (path, body) => this.#renew(path, body, epoch),
      begin: async (path, body) =>
        this.#send(epoch, async () => this.#sender.post(path, body, this.#store.tokens)),
    });
  }

  /** @throws AbortError where the proof belongs to the user of a former epoch */
  async #send(epoch: number, work: () => Promise<Response>): Promise<Response> {
    const attempt = async () =>
      this.#tabs.runExclusive(async () => {
        if (this.#store.epoch !== epoch)
          throw new DOMException('The user signed out, or another user signed in.', 'AbortError');
        return work();
      });
    return this.#refresher.withRefresh(attempt, new AbortController().signal);
  }
}
