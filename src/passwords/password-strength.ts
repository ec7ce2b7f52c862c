import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CurrentRequest } from '../platform/http';
import { WorkerPool, workRequestOf } from './worker-pool';

/** Who sets a password, as a guesser may know them. */
export interface PasswordOwner {
  readonly email: string;
  readonly displayName?: string | null | undefined;
}

/** What is wrong with a password that is easy to guess. */
export type PasswordWeakness = 'password-common' | 'password-guessable' | 'password-personal';

type Verdict = 'common' | 'personal' | 'guessable';

/** zxcvbn's border between "safely" and "very" unguessable. */
const ENOUGH_GUESSES = 1e10;
const IDLE_MS = 60_000;
/** An estimate takes time with the square of the length, beside what every one takes: some milliseconds for an ordinary password. */
const ORDINARY_LENGTH = 16;
const MS_PER_ESTIMATE = 3;
const LONGEST_WAIT_MS = 5_000;
/** What is left of a password without the user's words: fewer letters and figures are decoration. */
const FEWEST_OF_ITS_OWN = 6;

/** Estimates how many guesses a password takes (zxcvbn), in a thread that ends when nobody signs up for a while. */
@Injectable()
export class PasswordStrength implements OnApplicationShutdown {
  private readonly pool = new WorkerPool(
    { filename: join(__dirname, 'strength.worker.js'), minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS },
    { msPerUnit: MS_PER_ESTIMATE, longestWaitMs: LONGEST_WAIT_MS, shareOfOne: 0.75 },
  );

  constructor(private readonly current: CurrentRequest) {}

  /** @throws RateLimited or Unavailable where too much waits already */
  async weaknessOf(
    password: string,
    owner: PasswordOwner,
    appName: string,
  ): Promise<PasswordWeakness | undefined> {
    const words = wordsOf(owner, appName);
    const work = { password, words, enough: ENOUGH_GUESSES };
    const units = 1 + (Array.from(password).length / ORDINARY_LENGTH) ** 2;
    const turn = workRequestOf(this.current, units, owner.email);
    const weakness = await this.pool.run<Verdict | undefined>('weaknessOf', work, turn);
    if (weakness !== 'common' && isMadeOf(words, password)) return 'password-personal';
    return weakness && `password-${weakness}`;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** What somebody who knows the user would try first: address, name and application, whole and in parts. */
export function wordsOf({ email, displayName }: PasswordOwner, appName: string): string[] {
  const [local = '', domain = ''] = email.split('@');
  const wholes = [email, local, domain, displayName ?? '', appName];
  const words = wholes.flatMap((whole) => [
    whole,
    whole.replace(/[^\p{L}\p{N}]+/gu, ''),
    ...whole.split(/[^\p{L}\p{N}]+/u),
  ]);
  return [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => Array.from(word).length > 2);
}

/** Whether a password is such words and little else; a guesser tries them in any order. */
export function isMadeOf(words: readonly string[], password: string): boolean {
  const whole = password.toLowerCase();
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), whole);
  return rest !== whole && Array.from(rest.replace(/[\s\p{P}]+/gu, '')).length < FEWEST_OF_ITS_OWN;
}
