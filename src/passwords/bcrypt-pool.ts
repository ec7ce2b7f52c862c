import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CurrentRequest } from '../platform/http';
import { PasswordSettings } from './password.settings';
import { WorkerPool, workRequestOf } from './worker-pool';

export interface BcryptComparison {
  readonly text: string;
  readonly hash: string;
}

/** What one iteration of bcrypt's key setup takes in JavaScript, about: cost 10 is 1,024 of them. */
const MS_PER_ITERATION = 0.06;

/** The threads that bcrypt runs in; one of them is always ready. */
@Injectable()
export class BcryptThreads extends WorkerPool implements OnApplicationShutdown {
  constructor({ threads, longestWaitMs }: PasswordSettings) {
    const filename = join(__dirname, 'bcrypt.worker.js');
    super(
      { filename, minThreads: 1, maxThreads: threads, idleTimeout: 60_000 },
      { msPerUnit: MS_PER_ITERATION, longestWaitMs, shareOfOne: 0.75 },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}

/** bcrypt in worker threads. Each source and each account has an equal share of them, under a flood too. */
@Injectable()
export class BcryptPool {
  constructor(
    private readonly threads: BcryptThreads,
    private readonly current: CurrentRequest,
  ) {}

  /**
   * @param account whose password it is, by any name that is the same for each of its requests; null where none is known
   * @throws RateLimited or Unavailable where too much waits already
   */
  async hash(text: string, cost: number, account: string | null = null): Promise<string> {
    return this.threads.run<string>('hash', { text, cost }, workRequestOf(this.current, 2 ** cost, account));
  }

  /**
   * For each attempt whether it matches; the decoys are work and nothing else.
   *
   * @param account as for `hash`
   * @throws RateLimited or Unavailable where too much waits already
   */
  async compare(
    attempts: readonly BcryptComparison[],
    decoys: readonly BcryptComparison[],
    account: string | null = null,
  ): Promise<boolean[]> {
    const iterations = [...attempts, ...decoys].reduce((sum, { hash }) => sum + iterationsOf(hash), 0);
    return this.threads.run<boolean[]>(
      'compare',
      { attempts, decoys },
      workRequestOf(this.current, iterations, account),
    );
  }
}

/** @param hash of bcrypt, `$2b$<cost>$…` */
function iterationsOf(hash: string): number {
  return 2 ** Number(hash.slice(4, 6));
}
