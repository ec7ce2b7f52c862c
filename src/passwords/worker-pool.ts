import { Piscina } from 'piscina';
import { type CurrentRequest, sourceOf } from '../platform/http';
import { FairQueue, type QueuedWork, type QueueLimits } from './fair-queue';

type Options = Pick<
  NonNullable<ConstructorParameters<typeof Piscina>[0]>,
  'filename' | 'minThreads' | 'maxThreads' | 'idleTimeout'
>;

/** How much work is requested, and on whose behalf. */
export type WorkRequest = Omit<QueuedWork<unknown>, 'run'>;

/**
 * Work on behalf of the source of the current request and of an account. Only the account has a bounded share of the queue, because many
 * users may share one source.
 *
 * @param units as the queue counts them
 * @param account any name that is the same for each request of the account; null where the account is unknown
 */
export function workRequestOf(
  { context }: CurrentRequest,
  units: number,
  account: string | null,
): WorkRequest {
  const source = `source ${sourceOf(context.ipAddress)}`;
  const bounded = account === null ? [] : [`account ${account}`];
  return { units, onBehalfOf: [source, ...bounded], bounded };
}

/** Worker threads with a fair queue before them. */
export class WorkerPool {
  private readonly pool: Piscina;
  private readonly queue: FairQueue;

  constructor(
    { maxThreads, ...options }: Options & { readonly maxThreads: number },
    limits: Omit<QueueLimits, 'slots'>,
  ) {
    // A thread keeps what it has reserved: by default up to 48 MB for values of a single call.
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    this.pool = new Piscina({ ...options, maxThreads, resourceLimits });
    this.queue = new FairQueue({ ...limits, slots: maxThreads });
  }

  /**
   * @param name of a function that the worker exports
   * @param work the parameter of the function
   * @throws RateLimited or Unavailable where the queue is full
   */
  async run<Result>(name: string, work: object, request: WorkRequest): Promise<Result> {
    return this.queue.run({ ...request, run: async () => (await this.pool.run(work, { name })) as Result });
  }

  async end(): Promise<void> {
    await this.pool.destroy();
  }
}
