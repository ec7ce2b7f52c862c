import { Injectable } from '@nestjs/common';
import { Clock, HOUR_MS } from '../clock';
import { Database } from '../database';
import { JobScheduler } from '../jobs';

// Longer than any access token is valid, so that a starting instance reads every change that still matters.
const KEEP_MS = 2 * HOUR_MS;
const BATCH_ROWS = 1_000;

const PURGE = {
  text: `DELETE FROM changes WHERE (transaction_id, id) IN
    (SELECT transaction_id, id FROM changes WHERE changed_at < $1 ORDER BY changed_at LIMIT ${BATCH_ROWS})
    RETURNING id`,
};

/** Deletes changes that no instance needs any more. */
@Injectable()
export class ChangeFeedJobs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'changes', everyMs: 300_000, runBatch: async () => this.purge() });
  }

  private async purge(): Promise<boolean> {
    const before = new Date(this.clock.nowMs() - KEEP_MS);
    return (await this.database.query(PURGE, [before])).length === BATCH_ROWS;
  }
}
