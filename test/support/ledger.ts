import { type Api, type Answer, type TokenBody } from './api';
import { readJws } from './jws';

interface Person {
  readonly email: string;
  readonly password: string;
}

/** A session as its client knows it: what was acknowledged, and nothing that was not. */
export interface KnownSession {
  readonly id: string;
  generation: number;
  refreshToken: string;
}

/** What clients of an application were told, and may hold it to after it was killed. */
export class Ledger {
  readonly accounts: Person[] = [];
  readonly sessions: KnownSession[] = [];
  /** Registrations whose answer was lost. */
  readonly unanswered: Person[] = [];
  acknowledged = 0;

  /** @param onAcknowledgement gets the count so far, while other requests are in flight */
  constructor(
    private readonly name: string,
    private readonly onAcknowledgement: (count: number) => void,
  ) {}

  /** A client that signs up, signs in and refreshes repeatedly until the server stops responding. */
  async live(api: Api, client: number): Promise<void> {
    for (let turn = 0; ; turn++) {
      const person = {
        email: `${this.name}-${client}-${turn}@example.com`,
        password: 'teal otters juggle 7 lanterns',
      };
      if (!(await this.register(api, person))) return;
      const session = await this.signIn(api, person);
      if (!session || !(await this.refresh(api, session, 2))) return;
    }
  }

  private async register(api: Api, person: Person): Promise<boolean> {
    const answer = await this.answerTo(api.post('/v1/auth/register', { json: person }), 202);
    (answer ? this.accounts : this.unanswered).push(person);
    return answer !== undefined;
  }

  private async signIn(api: Api, person: Person): Promise<KnownSession | undefined> {
    const answer = await this.answerTo(api.post<TokenBody>('/v1/auth/login', { json: person }), 200);
    if (!answer) return undefined;
    const { accessToken, refreshToken } = answer.body;
    const session = { id: String(readJws(accessToken).claims['sid']), generation: 0, refreshToken };
    this.sessions.push(session);
    return session;
  }

  private async refresh(api: Api, session: KnownSession, times: number): Promise<boolean> {
    for (let time = 0; time < times; time++) {
      const json = { refreshToken: session.refreshToken };
      const answer = await this.answerTo(api.post<TokenBody>('/v1/auth/refresh', { json }), 200);
      if (!answer) return false;
      session.refreshToken = answer.body.refreshToken;
      session.generation++;
    }
    return true;
  }

  /** @returns undefined where the connection broke first */
  private async answerTo<Body>(
    call: Promise<Answer<Body>>,
    status: number,
  ): Promise<Answer<Body> | undefined> {
    const answer = await call.catch((error: unknown) => {
      // A connection that was refused, or broke before or amid the answer.
      if (/^(ECONNREFUSED|ECONNRESET|EPIPE)$/.test(String((error as { code?: unknown }).code)))
        return undefined;
      throw error;
    });
    if (!answer) return undefined;
    if (answer.status !== status) throw new Error(`answered ${answer.status}: ${answer.text}`);
    this.onAcknowledgement(++this.acknowledged);
    return answer;
  }
}
