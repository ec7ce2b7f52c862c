import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock';
import { Database } from '../database';

const CHECK_INTERVAL_MS = 60_000;

/** Recurring work that one instance does for all. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Does one small batch; @returns whether there is more to do at once */
  readonly runBatch: () => Promise<boolean>;
}

// One statement decides: of any number of instances, one finds the job due.
const START = {
  text: `INSERT INTO jobs (name, started_at) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET started_at = $2
    WHERE jobs.started_at <= $3 OR jobs.started_at > $4 RETURNING name`,
};

/** Runs the jobs that are due, one instance at a time. After a crash, the rest is done when the job is due again. */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('JobScheduler');
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Must be called before the application has started. */
  schedule(job: Job): void {
    this.jobs.push(job);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), CHECK_INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Runs every job that is due and that no other instance has started. A failure is logged; the job runs again when it is next due. */
  async run(): Promise<void> {
    this.running ??= this.runAll().finally(() => (this.running = undefined));
    return this.running;
  }

  private async runAll(): Promise<void> {
    for (const job of this.jobs) {
      // A job that is started now would not be done, and no other instance would find it due.
      if (this.stopped) return;
      try {
        if (await this.tryStart(job)) while (!this.stopped && (await job.runBatch()));
      } catch (error) {
        this.logger.warn({ job: job.name, error }, 'Job failed and will be retried');
      }
    }
  }

  private async tryStart({ name, everyMs }: Job): Promise<boolean> {
    const now = this.clock.nowMs();
    // A start in the future was written by a clock that has been set back since.
    const instants = [now, now - everyMs, now + CHECK_INTERVAL_MS].map((ms) => new Date(ms));
    const rows = await this.database.query(START, [name, ...instants]);
    return rows.length > 0;
  }
}
