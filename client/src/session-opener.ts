import { ProblemError } from './problem.ts';
import type { RequestSender, Tokens } from './request-sender.ts';
import { PendingStep, readRequiredStep, type RequiredStep, type SecondStep } from './second-step.ts';
import type { SessionStore } from './session-store.ts';
import type { DeviceTokens } from './session.ts';
import type { TabCoordinator } from './tab-coordinator.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** Opens sessions: by one step, or by the second of two. */
export class SessionOpener {
  readonly #store: SessionStore;
  readonly #sender: RequestSender;
  readonly #tabs: TabCoordinator;
  readonly #deviceTokens: DeviceTokens | undefined;

  constructor(store: SessionStore, sender: RequestSender, tabs: TabCoordinator, deviceTokens?: DeviceTokens) {
    this.#store = store;
    this.#sender = sender;
    this.#tabs = tabs;
    this.#deviceTokens = store.mode === 'bearer' ? deviceTokens : undefined;
  }

  /** Device tokens are stored by address, so a sign-in without one neither sends nor stores any. */
  async signIn(path: string, body: { readonly email?: unknown }): Promise<SecondStep | undefined> {
    const email = typeof body.email === 'string' ? body.email : undefined;
    const known = email === undefined ? undefined : await this.#deviceTokens?.load(email);
    return this.#open(path, { ...body, ...(known !== undefined && { deviceToken: known }) }, email);
  }

  async #open(path: string, body: object, email?: string): Promise<SecondStep | undefined> {
    const result = await this.#tabs.runExclusive(async () => {
      const { tokens: replaced } = this.#store;
      const startedAt = performance.now();
      const granted = await this.#post(path, body);
      if ('mfaToken' in granted) return granted;
      this.#store.setTokens(granted, startedAt);
      this.#store.markSignedIn('this-tab');
      if (this.#store.mode === 'cookie')
        this.#tabs.broadcast({ type: 'signed-in', expiresIn: granted.expiresIn });
      // In cookie mode the server ends the session of the cookies that it replaces.
      else if (replaced) this.logOut(replaced).catch(() => undefined);
      return granted;
    });
    if ('mfaToken' in result) return this.#stepOf(result, email);
    const { deviceToken } = result;
    // A failure does not undo the sign-in; the next sign-in counts as one from an unknown device.
    if (deviceToken !== undefined && email !== undefined)
      await ignoreErrors(async () => this.#deviceTokens?.save(email, deviceToken));
    return undefined;
  }

  /** Idempotent: any credential of a session ends it, as often as it is sent. */
  async logOut(tokens: Tokens | undefined): Promise<Response | undefined> {
    if (this.#store.mode === 'bearer' && !tokens) return undefined;
    const body = tokens && { refreshToken: tokens.refreshToken };
    return this.#sender.post('/v1/auth/logout', body, tokens);
  }

  #stepOf(required: RequiredStep, email?: string): SecondStep {
    return new PendingStep(required, {
      complete: async (path, body) => this.#open(path, body, email),
      begin: async (path, body) => this.#sender.post(path, body),
    });
  }

  async #post(path: string, body: object): Promise<TokenResponse | RequiredStep> {
    const { mode } = this.#store;
    try {
      const response = await this.#sender.post(path + (mode === 'cookie' ? '?useCookies=true' : ''), body);
      return (await readRequiredStep(response)) ?? (await readTokenResponse(response, mode));
    } catch (error) {
      // The browser may have stored cookies of the lost response, and they may belong to another user than before.
      if (mode === 'cookie' && !(error instanceof ProblemError)) this.#store.markUnknown('this-tab');
      throw error;
    }
  }
}

async function ignoreErrors(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
