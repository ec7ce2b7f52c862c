import { type Grant, grantIn } from './grant.ts';
import { Memory } from './memory.ts';
import { errorOf, jsonOf, ProblemError, UnexpectedAnswer } from './problem.ts';
import { Renewals } from './renewals.ts';
import { insist, type Mode, type Sender, type Tokens } from './sender.ts';
import type {
  Credentials,
  DeviceTokens,
  Principal,
  Session,
  SessionChange,
  SessionState,
} from './session.ts';
import { type News, shareWithTabs, type Tabs } from './tabs.ts';

/** All that changes who is signed in, one thing at a time among those who share the session. */
export class KeptSession implements Session {
  readonly #memory: Memory;
  readonly #sender: Sender;
  readonly #tabs: Tabs;
  readonly #renewals: Renewals;
  readonly #deviceTokens: DeviceTokens | undefined;

  constructor(mode: Mode, sender: Sender, deviceTokens?: DeviceTokens) {
    this.#memory = new Memory(mode);
    this.#sender = sender;
    const name = `gatehouse ${mode} ${sender.baseUrl}`;
    this.#tabs = shareWithTabs(name, mode === 'cookie', (news) => this.#hear(news));
    this.#renewals = new Renewals(this.#memory, sender, this.#tabs);
    this.#deviceTokens = mode === 'bearer' ? deviceTokens : undefined;
  }

  get state(): SessionState {
    return this.#memory.state;
  }

  onChange(listener: (change: SessionChange) => void): () => void {
    this.#memory.listeners.add(listener);
    return () => void this.#memory.listeners.delete(listener);
  }

  async fetch(request: Request): Promise<Response> {
    return this.#renewals.fetch(request);
  }

  async signIn(credentials: Credentials): Promise<void> {
    const { email } = credentials;
    const isCookie = this.#memory.mode === 'cookie';
    const deviceToken = await this.#deviceTokens?.load(email);
    const body = { ...credentials, ...(deviceToken !== undefined && { deviceToken }) };
    const given = await this.#tabs.alone(async () => {
      const { tokens } = this.#memory;
      const startedAt = performance.now();
      const path = `/v1/auth/login${isCookie ? '?useCookies=true' : ''}`;
      const grant = await this.#signedIn(path, body);
      this.#memory.keep(grant, startedAt);
      this.#memory.begin('this-tab');
      if (isCookie) this.#tabs.tell({ type: 'signed-in', expiresIn: grant.expiresIn });
      // In cookie mode the server ends the session of the cookies that it replaces.
      else if (tokens) this.#endAtServer(tokens).catch(() => undefined);
      return grant.deviceToken;
    });
    // Whoever is signed in is so without it, too; next time this counts as a device that is not known.
    if (given !== undefined) await attemptTo(async () => this.#deviceTokens?.save(email, given));
  }

  async signOut(): Promise<void> {
    await this.#leave('this-tab');
  }

  async reauthenticate(password: string): Promise<void> {
    const { era } = this.#memory;
    const prove = async () =>
      this.#tabs.alone(async () => {
        // The password is of whoever was signed in when it was asked for.
        if (this.#memory.era !== era)
          throw new DOMException('Somebody else has signed in, or out.', 'AbortError');
        const startedAt = performance.now();
        const { tokens, mode } = this.#memory;
        const response = await this.#sender.post('/v1/auth/reauthenticate', { password }, tokens);
        if (response.ok && this.#memory.era === era)
          await this.#renewals.note(await grantIn(response, mode), startedAt);
        return response;
      });
    let response: Response;
    try {
      response = await this.#renewals.around(prove, new AbortController().signal);
    } catch (error) {
      // What got lost may be the answer, and with it the refresh token of the next turn.
      if (this.#memory.era === era) this.#renewals.renew(performance.now(), true).catch(() => undefined);
      throw error;
    }
    if (!response.ok) throw errorOf(await jsonOf(response), response);
  }

  async findPrincipal(): Promise<Principal | undefined> {
    if (this.#memory.state === 'signed-out') {
      // Without tokens, or a moment after the server's refusal, the answer is known.
      if (this.#memory.mode === 'bearer' || !this.#memory.backoffs.questions.isOver) return undefined;
      // Another tab may have signed in without being heard.
      this.#memory.isDoubted = true;
    }
    const { era } = this.#memory;
    const response = await this.fetch(new Request(`${this.#sender.baseUrl}/v1/auth/principal`));
    const body = await jsonOf(response);
    if (response.ok) {
      if (typeof body !== 'object' || body === null) throw new UnexpectedAnswer(response);
      if (this.#memory.era === era) this.#memory.goesOn();
      return body as Principal;
    }
    if (response.status === 401 && this.#memory.state === 'signed-out') return undefined;
    throw errorOf(body, response);
  }

  async #leave(by: SessionChange['by']): Promise<void> {
    const { era, mode } = this.#memory;
    const attempt = async () =>
      this.#tabs.alone(async () => {
        // Whoever has signed in meanwhile stays.
        if (this.#memory.era !== era) return undefined;
        const response = await this.#endAtServer(this.#memory.tokens);
        if (response && !response.ok) return response;
        this.#memory.end(by);
        if (by === 'this-tab') this.#tabs.tell({ type: 'signed-out' });
        return undefined;
      });
    this.#memory.isLeaving = true;
    try {
      const refusal = await insist(attempt, (answer) => answer);
      if (refusal) throw errorOf(await jsonOf(refusal), refusal);
    } finally {
      this.#memory.isLeaving = false;
      if (mode === 'bearer' && this.#memory.era === era) {
        this.#memory.end(by);
        if (by === 'this-tab') this.#tabs.tell({ type: 'signed-out' });
      }
    }
  }

  async #signedIn(path: string, body: object): Promise<Grant> {
    try {
      return await grantIn(await this.#sender.post(path, body), this.#memory.mode);
    } catch (error) {
      // The cookies may have come all the same, and be somebody else's.
      if (this.#memory.mode === 'cookie' && !(error instanceof ProblemError)) this.#memory.doubt('this-tab');
      throw error;
    }
  }

  /** Any credential ends its session, as often as it is sent. */
  async #endAtServer(tokens: Tokens | undefined): Promise<Response | undefined> {
    if (this.#memory.mode === 'bearer' && !tokens) return undefined;
    const body = tokens && { refreshToken: tokens.refreshToken };
    return this.#sender.post('/v1/auth/logout', body, tokens);
  }

  #hear(news: News): void {
    // In bearer mode every tab has a session of its own. Who signs out wants to be gone from all of them.
    if (this.#memory.mode === 'bearer') {
      if (news.type === 'signed-out') this.#leave('another-tab').catch(() => undefined);
      return;
    }
    if (news.type === 'signed-out') return this.#memory.end('another-tab');
    // What a tab says that has not heard of a sign-out yet.
    if (news.type === 'renewed' && this.#memory.state === 'signed-out') return;
    this.#memory.keep(news, performance.now());
    if (news.type === 'signed-in') this.#memory.begin('another-tab');
  }
}

async function attemptTo(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
