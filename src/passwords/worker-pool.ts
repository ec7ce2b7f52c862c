import { Piscina } from 'piscina';
import { Unavailable } from '../platform/errors';

type Options = Pick<
  NonNullable<ConstructorParameters<typeof Piscina>[0]>,
  'filename' | 'minThreads' | 'maxThreads' | 'maxQueue' | 'idleTimeout'
>;

/** Worker threads with a bounded queue: under a flood the late are refused quickly instead of waiting without end. */
export class WorkerPool {
  private readonly pool: Piscina;

  constructor(options: Options) {
    this.pool = new Piscina(options);
  }

  /** @throws Unavailable where too many wait already */
  async run<Result>(name: string, work: object): Promise<Result> {
    try {
      return (await this.pool.run(work, { name })) as Result;
    } catch (cause) {
      if (cause instanceof Error && /queue is at limit/i.test(cause.message))
        throw new Unavailable(2, { cause });
      throw cause;
    }
  }

  async end(): Promise<void> {
    await this.pool.destroy();
  }
}
