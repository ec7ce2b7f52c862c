import { readJson, toError, UnexpectedAnswer } from './problem.ts';
import { type Mode, type RequestSender, retry } from './request-sender.ts';
import type { SecondStep } from './second-step.ts';
import { SessionOpener } from './session-opener.ts';
import { SessionRenewer } from './session-renewer.ts';
import type { ReauthenticationBody, ReauthenticationPath, SignInBody, SignInPath } from './session-routes.ts';
import { SessionStore } from './session-store.ts';
import type {
  Credentials,
  DeviceTokens,
  Principal,
  Session,
  SessionChange,
  SessionState,
} from './session.ts';
import { type StepUp, StepUpRetry } from './step-up.ts';
import { coordinateTabs, type TabCoordinator, type TabMessage } from './tab-coordinator.ts';
import { TokenRefresher } from './token-refresher.ts';

export interface SessionOptions {
  readonly deviceTokens?: DeviceTokens | undefined;
  readonly stepUp?: StepUp | undefined;
}

/** Signs in and out and reauthenticates. All tabs that share a session run these one at a time. */
export class SessionManager implements Session {
  readonly #store: SessionStore;
  readonly #sender: RequestSender;
  readonly #tabs: TabCoordinator;
  readonly #opener: SessionOpener;
  readonly #renewer: SessionRenewer;
  readonly #calls: StepUpRetry;

  constructor(mode: Mode, sender: RequestSender, { deviceTokens, stepUp }: SessionOptions = {}) {
    this.#store = new SessionStore(mode);
    this.#sender = sender;
    const name = `gatehouse ${mode} ${sender.baseUrl}`;
    this.#tabs = coordinateTabs(name, mode === 'cookie', (message) => this.#handleMessage(message));
    const refresher = new TokenRefresher(this.#store, sender, this.#tabs);
    this.#opener = new SessionOpener(this.#store, sender, this.#tabs, deviceTokens);
    this.#renewer = new SessionRenewer(this.#store, sender, this.#tabs, refresher);
    this.#calls = new StepUpRetry(
      this.#store,
      refresher,
      stepUp && (async (refusal) => stepUp(refusal, this)),
    );
  }

  get state(): SessionState {
    return this.#store.state;
  }

  onChange(listener: (change: SessionChange) => void): () => void {
    this.#store.listeners.add(listener);
    return () => void this.#store.listeners.delete(listener);
  }

  async fetch(request: Request): Promise<Response> {
    return this.#calls.fetch(request);
  }

  async signIn(credentials: Credentials): Promise<SecondStep | undefined> {
    return this.signInWith('/v1/auth/login', credentials);
  }

  async signInWith<Path extends SignInPath>(
    path: Path,
    body: SignInBody<Path>,
  ): Promise<SecondStep | undefined> {
    return this.#opener.signIn(path, body);
  }

  async signOut(): Promise<void> {
    await this.#signOut('this-tab');
  }

  async reauthenticate(password: string): Promise<SecondStep | undefined> {
    return this.reauthenticateWith('/v1/auth/reauthenticate', { password });
  }

  async reauthenticateWith<Path extends ReauthenticationPath>(
    path: Path,
    body: ReauthenticationBody<Path>,
  ): Promise<SecondStep | undefined> {
    return this.#renewer.reauthenticate(path, body);
  }

  async findPrincipal(): Promise<Principal | undefined> {
    if (this.#store.state === 'signed-out') {
      // Without tokens, or shortly after a refusal of the server, the result is known.
      if (this.#store.mode === 'bearer' || !this.#store.backoffs.principalChecks.isOver) return undefined;
      this.#store.isUncertain = true;
    }
    const { epoch } = this.#store;
    const response = await this.fetch(new Request(`${this.#sender.baseUrl}/v1/auth/principal`));
    const body = await readJson(response);
    if (response.ok) {
      if (typeof body !== 'object' || body === null) throw new UnexpectedAnswer(response);
      if (this.#store.epoch === epoch) this.#store.confirmSignedIn();
      return body as Principal;
    }
    if (response.status === 401 && this.#store.state === 'signed-out') return undefined;
    throw toError(body, response);
  }

  async #signOut(by: SessionChange['by']): Promise<void> {
    const { epoch, mode } = this.#store;
    const attempt = async () =>
      this.#tabs.runExclusive(async () => {
        // A user who signed in meanwhile stays signed in.
        if (this.#store.epoch !== epoch) return undefined;
        const response = await this.#opener.logOut(this.#store.tokens);
        if (response && !response.ok) return response;
        this.#forget(by);
        return undefined;
      });
    this.#store.isSigningOut = true;
    try {
      const refusal = await retry(attempt, (response) => response);
      if (refusal) throw toError(await readJson(refusal), refusal);
    } finally {
      this.#store.isSigningOut = false;
      if (mode === 'bearer' && this.#store.epoch === epoch) this.#forget(by);
    }
  }

  #forget(by: SessionChange['by']): void {
    this.#store.markSignedOut(by);
    if (by === 'this-tab') this.#tabs.broadcast({ type: 'signed-out' });
  }

  #handleMessage(message: TabMessage): void {
    // In bearer mode every tab has a session of its own. A sign-out in one tab signs out of all of them.
    if (this.#store.mode === 'bearer') {
      if (message.type === 'signed-out') this.#signOut('another-tab').catch(() => undefined);
      return;
    }
    if (message.type === 'signed-out') return this.#store.markSignedOut('another-tab');
    // Sent by a tab that has not received the sign-out yet.
    if (message.type === 'refreshed' && this.#store.state === 'signed-out') return;
    this.#store.setTokens(message, performance.now());
    if (message.type === 'signed-in') this.#store.markSignedIn('another-tab');
  }
}
