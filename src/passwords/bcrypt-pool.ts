import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Unavailable } from '../platform/errors';
import { PasswordSettings } from './password.settings';

export interface Comparison {
  readonly text: string;
  readonly hash: string;
}

/** bcrypt in worker threads, with a bounded queue: under a flood the late are refused quickly instead of waiting without end. */
@Injectable()
export class BcryptPool implements OnApplicationShutdown {
  private readonly pool: Piscina;

  constructor(settings: PasswordSettings) {
    this.pool = new Piscina({
      filename: join(__dirname, 'bcrypt.worker.js'),
      minThreads: 1,
      maxThreads: settings.threads,
      maxQueue: settings.queueLength,
      idleTimeout: 60_000,
    });
  }

  /** @throws Unavailable where too many wait already */
  async hash(text: string, cost: number): Promise<string> {
    return this.run<string>('hash', { text, cost });
  }

  /**
   * For each attempt whether it matches; the decoys are work and nothing else.
   * @throws Unavailable where too many wait already
   */
  async compare(attempts: readonly Comparison[], decoys: readonly Comparison[]): Promise<boolean[]> {
    return this.run<boolean[]>('compare', { attempts, decoys });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async run<Result>(name: string, work: object): Promise<Result> {
    try {
      return (await this.pool.run(work, { name })) as Result;
    } catch (cause) {
      if (cause instanceof Error && /queue is at limit/i.test(cause.message))
        throw new Unavailable(2, { cause });
      throw cause;
    }
  }
}
