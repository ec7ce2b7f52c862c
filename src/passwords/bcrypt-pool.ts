import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CurrentRequest } from '../platform/http';
import { PasswordSettings } from './password.settings';
import { WorkerPool, workRequestOf } from './worker-pool';

export interface BcryptComparison {
  readonly text: string;
  readonly hash: string;
}

/** The approximate time of one iteration of bcrypt's key setup in JavaScript; cost 10 takes 1,024 iterations. */
const MS_PER_ITERATION = 0.06;

/** The worker threads of bcrypt; one of them is always ready. */
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

/** bcrypt in worker threads, with an equal share for each source and each account, also under load. */
@Injectable()
export class BcryptPool {
  constructor(
    private readonly threads: BcryptThreads,
    private readonly current: CurrentRequest,
  ) {}

  /**
   * @param account any name that is the same for each request of the account; null where the account is unknown
   * @throws RateLimited or Unavailable where the queue is full
   */
  async hash(text: string, cost: number, account: string | null = null): Promise<string> {
    return this.threads.run<string>('hash', { text, cost }, workRequestOf(this.current, 2 ** cost, account));
  }

  /**
   * Compares each attempt with its hash; the decoys only add work.
   *
   * @param account as for `hash`
   * @throws RateLimited or Unavailable where the queue is full
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
