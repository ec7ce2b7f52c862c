import { randomInt } from 'node:crypto';
import { RateLimiter, type RateLimitPolicy } from '../../src/platform/rate-limits';
import type { Answer, TokenBody } from './api';
import type { Person, TestApp } from './app';
import { inParallel } from './parallel';
import { sharedApp } from './shared-app';

export const OTHER = 'nine calm badgers on a ferry';

/** The `X-Forwarded-For` of a source. */
export const from = (source: string) => ({ 'x-forwarded-for': source });

// The application is shared with other specs: each begins at an address of its own.
let sources = randomInt(2 ** 24);

/** An address from which no request has come before. */
export function newSource(): string {
  sources = (sources + 1) % 2 ** 24;
  return `10.${sources >> 16}.${(sources >> 8) & 255}.${sources & 255}`;
}

/** An application that limits attempts, with clients at any address that a test names. */
export class LimitedApp {
  constructor(readonly app: TestApp) {}

  static async start(): Promise<LimitedApp> {
    const env = { TRUSTED_PROXIES: '127.0.0.1' };
    return new LimitedApp(await sharedApp({ env, limits: true, smtp: true }));
  }

  async logIn(json: object, source = newSource()): Promise<Answer<TokenBody & { deviceToken: string }>> {
    return this.app.api.post('/v1/auth/login', { json, headers: from(source) });
  }

  async someone(): Promise<Person> {
    return this.app.someone();
  }

  /** Counts attempts of a budget without the requests that would make them. */
  async spend(budget: RateLimitPolicy, count: number, ...who: readonly string[]): Promise<void> {
    const { key } = await this.app.nest.get(RateLimiter).consume(budget, ...who);
    await this.app.query('UPDATE rate_limits SET used = $2 WHERE key = $1', [key, count]);
  }

  /** Guesses at the password of an address, each from another source. */
  async guessAt(email: string, count: number): Promise<Answer<TokenBody>[]> {
    return inParallel(count, async (index) => this.logIn({ email, password: `guess number ${index}` }));
  }
}
