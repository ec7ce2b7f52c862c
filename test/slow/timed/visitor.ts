import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import type { Answer, Api, TokenBody } from '../../support/api';
import type { Sample } from '../../support/traffic';

const PASSWORD = 'teal otters juggle 7 lanterns';
const ROUNDS_IN_A_SESSION = 10;
const PAUSE_MS = 100;

interface Ended {
  readonly sessionId: string;
  readonly tokens: TokenBody;
  readonly endedAt: number;
}

/** A user whose client refreshes with its latest token, uses the access token, and signs out and in again. */
export class Visitor {
  readonly samples: Sample[] = [];
  /** The sessions this one signed out of. */
  readonly ended: Ended[] = [];
  sessionId = '';
  private tokens: TokenBody | undefined;

  constructor(
    private readonly api: Api,
    private readonly email: string,
  ) {}

  async arrive(): Promise<this> {
    const json = { email: this.email, password: PASSWORD };
    const { status } = await this.api.post('/v1/auth/register', { json });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    await this.signIn();
    return this;
  }

  /** Goes on until told that it is over; what is answered is noted, and nothing is tried twice. */
  async goOn(isOver: () => boolean): Promise<void> {
    for (let round = 1; !isOver(); round++) {
      await this.refresh();
      await this.ask();
      await this.askSignedOut();
      if (round % ROUNDS_IN_A_SESSION === 0) {
        await this.signOut(round % 2 === 0);
        await this.signIn();
      }
      await sleep(PAUSE_MS);
    }
  }

  async refresh(): Promise<number> {
    const json = { refreshToken: this.tokens?.refreshToken };
    const answer = await this.note('refresh', async () =>
      this.api.post<TokenBody>('/v1/auth/refresh', { json }),
    );
    if (answer.status === 200) this.tokens = answer.body;
    return answer.status;
  }

  private async ask(): Promise<void> {
    const token = this.tokens?.accessToken ?? '';
    const { status, body } = await this.note('principal', async () =>
      this.api.get<{ sessionId: string }>('/v1/auth/principal', { token }),
    );
    if (status === 200) this.sessionId = body.sessionId;
  }

  /** Whichever instance is asked, once the bound on a revocation is over. */
  private async askSignedOut(): Promise<void> {
    const last = this.ended.findLast(({ endedAt }) => performance.now() - endedAt > MAX_STALENESS_MS);
    if (!last) return;
    const token = last.tokens.accessToken;
    await this.note('signed out', async () => this.api.get('/v1/auth/principal', { token }));
  }

  private async signIn(): Promise<void> {
    const json = { email: this.email, password: PASSWORD };
    const answer = await this.note('sign-in', async () =>
      this.api.post<TokenBody>('/v1/auth/login', { json }),
    );
    if (answer.status === 200) this.tokens = answer.body;
  }

  private async signOut(byAccessToken: boolean): Promise<void> {
    const { tokens, sessionId } = this;
    if (!tokens) return;
    const { accessToken: token, refreshToken } = tokens;
    const credential = byAccessToken ? { token } : { json: { refreshToken } };
    await this.note('sign-out', async () => this.api.post('/v1/auth/logout', credential));
    this.ended.push({ sessionId, tokens, endedAt: performance.now() });
  }

  private async note<Body extends object>(
    kind: string,
    ask: () => Promise<Answer<Body>>,
  ): Promise<Answer<Body>> {
    const startedAt = performance.now();
    const answer = await ask();
    this.samples.push({ kind, startedAt, tookMs: performance.now() - startedAt, answer });
    return answer;
  }
}
