import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CurrentRequest } from '../platform/http';
import { WorkerPool, workRequestOf } from './worker-pool';

/** The user who sets a password, as an attacker may know them. */
export interface PasswordOwner {
  readonly email: string;
  readonly displayName?: string | null | undefined;
}

/** Why a password is easy to guess, as a code. */
export type PasswordWeakness = 'password-common' | 'password-guessable' | 'password-personal';

type WeaknessKind = 'common' | 'personal' | 'guessable';

/** The threshold of zxcvbn between "safely" and "very" unguessable. */
const ENOUGH_GUESSES = 1e10;
const IDLE_MS = 60_000;
/** The time of an estimate grows with the square of the length, from some milliseconds for a password of this length. */
const ORDINARY_LENGTH = 16;
const MS_PER_ESTIMATE = 3;
const LONGEST_WAIT_MS = 5_000;
/** The fewest letters and digits that a password must have besides words about the user. */
const FEWEST_OF_ITS_OWN = 6;

/** Estimates how many guesses a password takes (zxcvbn), in a worker thread that ends when it is idle. */
@Injectable()
export class PasswordStrength implements OnApplicationShutdown {
  private readonly pool = new WorkerPool(
    { filename: join(__dirname, 'strength.worker.js'), minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS },
    { msPerUnit: MS_PER_ESTIMATE, longestWaitMs: LONGEST_WAIT_MS, shareOfOne: 0.75 },
  );

  constructor(private readonly current: CurrentRequest) {}

  /** @throws RateLimited or Unavailable where the queue is full */
  async weaknessOf(
    password: string,
    owner: PasswordOwner,
    appName: string,
  ): Promise<PasswordWeakness | undefined> {
    const words = wordsOf(owner, appName);
    const work = { password, words, enough: ENOUGH_GUESSES };
    const units = 1 + (Array.from(password).length / ORDINARY_LENGTH) ** 2;
    const turn = workRequestOf(this.current, units, owner.email);
    const weakness = await this.pool.run<WeaknessKind | undefined>('weaknessOf', work, turn);
    if (weakness !== 'common' && isMadeOf(words, password)) return 'password-personal';
    return weakness && `password-${weakness}`;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** Words that an attacker who knows the user tries first: address, name and application, whole and in parts. */
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

/** Whether a password consists mainly of these words, in any order. */
export function isMadeOf(words: readonly string[], password: string): boolean {
  const whole = password.toLowerCase();
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), whole);
  return rest !== whole && Array.from(rest.replace(/[\s\p{P}]+/gu, '')).length < FEWEST_OF_ITS_OWN;
}
