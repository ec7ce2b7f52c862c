import type { Answer, TokenBody } from './api';
import { PASSWORD, type Person, startApp, type TestApp } from './app';
import { inParallel } from './parallel';

export const OTHER = 'nine calm badgers on a ferry';

/** The `X-Forwarded-For` of a source. */
export const from = (source: string) => ({ 'x-forwarded-for': source });

let people = 0;
let sources = 0;

/** Nobody has come from it before. */
export const newSource = () => `203.0.${Math.floor(++sources / 250)}.${sources % 250}`;

/** An application that limits attempts, and those who come to it from wherever a test says. */
export class LimitedApp {
  private constructor(readonly app: TestApp) {}

  static async start(): Promise<LimitedApp> {
    const env = { TRUSTED_PROXIES: '127.0.0.1' };
    return new LimitedApp(await startApp({ env, limits: true, smtp: true }));
  }

  async logIn(json: object, source = newSource()): Promise<Answer<TokenBody & { deviceToken: string }>> {
    return this.app.api.post('/v1/auth/login', { json, headers: from(source) });
  }

  async someone(): Promise<Person> {
    const person = { email: `limited-${++people}@example.com`, password: PASSWORD };
    await this.app.api.post('/v1/auth/register', { json: person, headers: from(newSource()) });
    await this.app.mailFor(person.email);
    return person;
  }

  /** Guesses at an address, each from another source. */
  async guessAt(email: string, count: number): Promise<Answer<TokenBody>[]> {
    return inParallel(count, async (index) => this.logIn({ email, password: `guess number ${index}` }));
  }
}
