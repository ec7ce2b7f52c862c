import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PasswordSettings } from './password.settings';
import { WorkerPool } from './worker-pool';

export interface Comparison {
  readonly text: string;
  readonly hash: string;
}

/** bcrypt in worker threads. */
@Injectable()
export class BcryptPool implements OnApplicationShutdown {
  private readonly pool: WorkerPool;

  constructor(settings: PasswordSettings) {
    this.pool = new WorkerPool({
      filename: join(__dirname, 'bcrypt.worker.js'),
      minThreads: 1,
      maxThreads: settings.threads,
      maxQueue: settings.queueLength,
      idleTimeout: 60_000,
    });
  }

  /** @throws Unavailable where too many wait already */
  async hash(text: string, cost: number): Promise<string> {
    return this.pool.run<string>('hash', { text, cost });
  }

  /**
   * For each attempt whether it matches; the decoys are work and nothing else.
   * @throws Unavailable where too many wait already
   */
  async compare(attempts: readonly Comparison[], decoys: readonly Comparison[]): Promise<boolean[]> {
    return this.pool.run<boolean[]>('compare', { attempts, decoys });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
