import { grantIn, type Grant } from './grant.ts';
import type { Memory } from './memory.ts';
import { jsonOf, retryAfterIn } from './problem.ts';
import { insist, type Mode, type Sender, unlessAborted } from './sender.ts';
import type { Tabs } from './tabs.ts';

/** `joined`: somebody else has just done it. `over`: there is nothing to renew any more. */
type Renewal =
  | { readonly outcome: 'renewed' | 'joined' | 'over' }
  | { readonly outcome: 'failed'; readonly response: Response };

// A browser drops the cookie of a token that has expired, so in cookie mode none is as good as an old one.
const MENDED: Readonly<Record<Mode, readonly unknown[]>> = {
  bearer: ['invalid-token', 'token-stale'],
  cookie: ['invalid-token', 'token-stale', 'authentication-required'],
};

/** Renews what has expired, once for everybody who waits for it. Only the server's refusal of the refresh token ends a session. */
export class Renewals {
  readonly #memory: Memory;
  readonly #sender: Sender;
  readonly #tabs: Tabs;
  #current: Promise<Renewal> | undefined;
  #refusal: Renewal = { outcome: 'over' };

  constructor(memory: Memory, sender: Sender, tabs: Tabs) {
    this.#memory = memory;
    this.#sender = sender;
    this.#tabs = tabs;
  }

  /** As `fetch`, within the session. */
  async fetch(request: Request): Promise<Response> {
    return this.around(async () => this.#sender.send(request, this.#memory.tokens), request.signal);
  }

  /** Sends what needs a session; where its token has expired or is stale, once more, with a new one. */
  async around(send: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
    const { era } = this.#memory;
    signal.throwIfAborted();
    if (performance.now() >= this.#memory.expiresAt) {
      const renewal = await unlessAborted(this.renew(performance.now()), signal);
      if (renewal.outcome === 'failed') return renewal.response.clone();
      // It was meant for whoever was signed in when it was asked for.
      if (this.#memory.era !== era && this.#memory.state === 'signed-in')
        throw new DOMException('Somebody else has signed in.', 'AbortError');
    }
    let sentAt = performance.now();
    let response = await send();
    for (let round = 0; round < 2; round++) {
      if (!(await this.#isMended(response)) || !this.#memory.backoffs.renewedTokens.isOver) break;
      signal.throwIfAborted();
      const renewal = await unlessAborted(this.renew(sentAt), signal);
      if (renewal.outcome === 'failed') return renewal.response.clone();
      if (renewal.outcome === 'over' || this.#memory.era !== era || this.#memory.isLeaving) break;
      sentAt = performance.now();
      response = await send();
      // What another tab got may be no newer than what was refused: then it is this one's turn.
      if (renewal.outcome !== 'renewed') continue;
      const { renewedTokens } = this.#memory.backoffs;
      if (await this.#isMended(response)) renewedTokens.refuse();
      else renewedTokens.reset();
      break;
    }
    return response;
  }

  /**
   * @param usedAt when the token was used that is no good any more
   * @param isForced also where another tab has just done it
   */
  async renew(usedAt: number, isForced = false): Promise<Renewal> {
    const { era, mayBeRenewed } = this.#memory;
    if (!mayBeRenewed) return { outcome: 'over' };
    if (this.#memory.renewedAt > usedAt) return { outcome: 'joined' };
    if (!this.#memory.backoffs.refreshes.isOver) return this.#refusal;
    const attempt = async () => this.#tabs.alone(async () => this.#attempt(era, usedAt, isForced));
    this.#current ??= insist(attempt, answerIn)
      .then((renewal) => this.#remember(renewal))
      .finally(() => (this.#current = undefined));
    return this.#current;
  }

  /** A server that fails (5xx) has been waited for already, unless it asks for more. */
  #remember(renewal: Renewal): Renewal {
    const { refreshes } = this.#memory.backoffs;
    if (renewal.outcome !== 'failed') refreshes.reset();
    else {
      const retryAfterSeconds = retryAfterIn(renewal.response);
      if (renewal.response.status < 500 || retryAfterSeconds !== undefined)
        refreshes.refuse(retryAfterSeconds);
      this.#refusal = renewal;
    }
    return renewal;
  }

  /** Within `alone`: what the server gave anew is for all tabs. */
  async note(grant: Grant, startedAt: number): Promise<void> {
    this.#memory.keep(grant, startedAt);
    this.#memory.goesOn();
    if (this.#memory.mode === 'bearer') return;
    await this.#tabs.noteRenewal();
    this.#tabs.tell({ type: 'renewed', expiresIn: grant.expiresIn });
  }

  /** The same token again, where an answer got lost: the server has the same successor for it. */
  async #attempt(era: number, usedAt: number, isForced: boolean): Promise<Renewal> {
    const { tokens, mode } = this.#memory;
    if (this.#memory.era !== era || !this.#memory.mayBeRenewed) return { outcome: 'over' };
    if (this.#memory.renewedAt > usedAt) return { outcome: 'joined' };
    if (!isForced && (await this.#tabs.haveRenewed())) return { outcome: 'joined' };
    const startedAt = performance.now();
    const body = tokens && { refreshToken: tokens.refreshToken };
    const response = await this.#sender.post('/v1/auth/refresh', body);
    if (this.#memory.era !== era) return { outcome: 'over' };
    if (response.ok) {
      await this.note(await grantIn(response, mode), startedAt);
      return { outcome: 'renewed' };
    }
    if ((await codeOf(response)) !== 'invalid-refresh-token') return { outcome: 'failed', response };
    if (mode === 'cookie' && this.#memory.state === 'signed-in') this.#tabs.tell({ type: 'signed-out' });
    this.#memory.end('server');
    this.#memory.backoffs.questions.refuse();
    return { outcome: 'over' };
  }

  async #isMended(response: Response): Promise<boolean> {
    if (response.status !== 401 || !this.#memory.mayBeRenewed) return false;
    return MENDED[this.#memory.mode].includes(await codeOf(response));
  }
}

function answerIn(renewal: Renewal): Response | undefined {
  return renewal.outcome === 'failed' ? renewal.response : undefined;
}

async function codeOf(response: Response): Promise<unknown> {
  const body = await jsonOf(response);
  if (body === undefined) return codeInChallenge(response.headers.get('www-authenticate') ?? '');
  return (body as { readonly code?: unknown }).code;
}

/** Of an answer to HEAD, which has no body (RFC 6750 section 3.1). */
function codeInChallenge(challenge: string): string | undefined {
  if (/\berror="invalid_token"/.test(challenge)) return 'invalid-token';
  return /^Bearer\b(?!.*\berror=)/i.test(challenge) ? 'authentication-required' : undefined;
}
