import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock';
import { Database } from '../database';

const CHECK_INTERVAL_MS = 60_000;

/** Work that comes again and again, and that one instance does for all. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** A small piece of it; @returns whether there is more to do at once */
  readonly runBatch: () => Promise<boolean>;
}

// The claim is the decision: of any number of instances one finds the task due.
const START = {
  text: `INSERT INTO upkeep (task, begun_at) VALUES ($1, $2)
    ON CONFLICT (task) DO UPDATE SET begun_at = $2
    WHERE upkeep.begun_at <= $3 OR upkeep.begun_at > $4 RETURNING task`,
};

/** Does what is due, one instance at a time; one that dies half-way leaves the rest to whoever finds it due next. */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Upkeep');
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  schedule(task: Job): void {
    this.jobs.push(task);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), CHECK_INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Does what is due and not claimed by another instance; a task that fails is logged and due again after its time. */
  async run(): Promise<void> {
    this.running ??= this.runAll().finally(() => (this.running = undefined));
    return this.running;
  }

  private async runAll(): Promise<void> {
    for (const task of this.jobs) {
      // What is claimed now would not be done, and be due for nobody.
      if (this.stopped) return;
      try {
        if (await this.tryStart(task)) while (!this.stopped && (await task.runBatch()));
      } catch (error) {
        this.logger.warn({ task: task.name, error }, 'upkeep failed and will be tried again');
      }
    }
  }

  private async tryStart({ name, everyMs }: Job): Promise<boolean> {
    const now = this.clock.nowMs();
    // One that was begun in the future was begun by a clock that has gone back since.
    const instants = [now, now - everyMs, now + CHECK_INTERVAL_MS].map((ms) => new Date(ms));
    const rows = await this.database.query(START, [name, ...instants]);
    return rows.length > 0;
  }
}
