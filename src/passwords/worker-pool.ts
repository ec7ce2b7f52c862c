import { Piscina } from 'piscina';
import { FairQueue, type QueuedWork, type QueueLimits } from './fair-queue';

type Options = Pick<
  NonNullable<ConstructorParameters<typeof Piscina>[0]>,
  'filename' | 'minThreads' | 'maxThreads' | 'idleTimeout'
>;

/** How much work it is, and on whose behalf. */
export type WorkRequest = Omit<QueuedWork<unknown>, 'run'>;

/** Worker threads, and what waits for one of them in its turn. */
export class WorkerPool {
  private readonly pool: Piscina;
  private readonly queue: FairQueue;

  constructor(
    { maxThreads, ...options }: Options & { readonly maxThreads: number },
    limits: Omit<QueueLimits, 'slots'>,
  ) {
    this.pool = new Piscina({ ...options, maxThreads });
    this.queue = new FairQueue({ ...limits, slots: maxThreads });
  }

  /**
   * @param name of a function that the worker exports
   * @param work its parameter
   * @throws RateLimited or Unavailable where too much waits already
   */
  async run<Result>(name: string, work: object, turn: WorkRequest): Promise<Result> {
    return this.queue.run({ ...turn, run: async () => (await this.pool.run(work, { name })) as Result });
  }

  async end(): Promise<void> {
    await this.pool.destroy();
  }
}
