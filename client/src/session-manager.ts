import { ProblemError, readJson, toError, UnexpectedAnswer } from './problem.ts';
import { type Mode, type RequestSender, retry, type Tokens } from './request-sender.ts';
import { SessionStore } from './session-store.ts';
import type {
  Credentials,
  DeviceTokens,
  Principal,
  Session,
  SessionChange,
  SessionState,
} from './session.ts';
import { coordinateTabs, type TabCoordinator, type TabMessage } from './tab-coordinator.ts';
import { TokenRefresher } from './token-refresher.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** Signs in and out and reauthenticates. All tabs that share a session run these one at a time. */
export class SessionManager implements Session {
  readonly #store: SessionStore;
  readonly #sender: RequestSender;
  readonly #tabs: TabCoordinator;
  readonly #refresher: TokenRefresher;
  readonly #deviceTokens: DeviceTokens | undefined;

  constructor(mode: Mode, sender: RequestSender, deviceTokens?: DeviceTokens) {
    this.#store = new SessionStore(mode);
    this.#sender = sender;
    const name = `gatehouse ${mode} ${sender.baseUrl}`;
    this.#tabs = coordinateTabs(name, mode === 'cookie', (message) => this.#handleMessage(message));
    this.#refresher = new TokenRefresher(this.#store, sender, this.#tabs);
    this.#deviceTokens = mode === 'bearer' ? deviceTokens : undefined;
  }

  get state(): SessionState {
    return this.#store.state;
  }

  onChange(listener: (change: SessionChange) => void): () => void {
    this.#store.listeners.add(listener);
    return () => void this.#store.listeners.delete(listener);
  }

  async fetch(request: Request): Promise<Response> {
    return this.#refresher.fetch(request);
  }

  async signIn(credentials: Credentials): Promise<void> {
    const { email } = credentials;
    const isCookie = this.#store.mode === 'cookie';
    const known = await this.#deviceTokens?.load(email);
    const body = { ...credentials, ...(known !== undefined && { deviceToken: known }) };
    const deviceToken = await this.#tabs.runExclusive(async () => {
      const { tokens: replaced } = this.#store;
      const startedAt = performance.now();
      const path = `/v1/auth/login${isCookie ? '?useCookies=true' : ''}`;
      const granted = await this.#logIn(path, body);
      this.#store.setTokens(granted, startedAt);
      this.#store.markSignedIn('this-tab');
      if (isCookie) this.#tabs.broadcast({ type: 'signed-in', expiresIn: granted.expiresIn });
      // In cookie mode the server ends the session of the cookies that it replaces.
      else if (replaced) this.#logOut(replaced).catch(() => undefined);
      return granted.deviceToken;
    });
    // A failure does not undo the sign-in; the next sign-in counts as one from an unknown device.
    if (deviceToken !== undefined)
      await ignoreErrors(async () => this.#deviceTokens?.save(email, deviceToken));
  }

  async signOut(): Promise<void> {
    await this.#signOut('this-tab');
  }

  async reauthenticate(password: string): Promise<void> {
    const { epoch } = this.#store;
    const confirm = async () =>
      this.#tabs.runExclusive(async () => {
        // The password belongs to the user who was signed in when the form was shown.
        if (this.#store.epoch !== epoch)
          throw new DOMException('The user signed out, or another user signed in.', 'AbortError');
        const startedAt = performance.now();
        const { tokens, mode } = this.#store;
        const response = await this.#sender.post('/v1/auth/reauthenticate', { password }, tokens);
        if (response.ok && this.#store.epoch === epoch)
          await this.#refresher.store(await readTokenResponse(response, mode), startedAt);
        return response;
      });
    let response: Response;
    try {
      response = await this.#refresher.withRefresh(confirm, new AbortController().signal);
    } catch (error) {
      // The lost response may have carried the next refresh token: fetch it with the former one.
      if (this.#store.epoch === epoch)
        this.#refresher.refresh(performance.now(), true).catch(() => undefined);
      throw error;
    }
    if (!response.ok) throw toError(await readJson(response), response);
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
        const response = await this.#logOut(this.#store.tokens);
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

  async #logIn(path: string, body: object): Promise<TokenResponse> {
    try {
      return await readTokenResponse(await this.#sender.post(path, body), this.#store.mode);
    } catch (error) {
      // The browser may have stored cookies of the lost response, and they may belong to another user than before.
      if (this.#store.mode === 'cookie' && !(error instanceof ProblemError))
        this.#store.markUnknown('this-tab');
      throw error;
    }
  }

  /** Idempotent: any credential of a session ends it, as often as it is sent. */
  async #logOut(tokens: Tokens | undefined): Promise<Response | undefined> {
    if (this.#store.mode === 'bearer' && !tokens) return undefined;
    const body = tokens && { refreshToken: tokens.refreshToken };
    return this.#sender.post('/v1/auth/logout', body, tokens);
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

async function ignoreErrors(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
