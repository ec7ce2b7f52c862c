import { Injectable } from '@nestjs/common';
import { Clock, HOUR_MS } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import { JobScheduler } from '../platform/jobs';
import { SessionSettings } from './session.settings';

const PAGE_ROWS = 1_000;

// Each part reads its index in order, so that the cost follows the rows to delete. The DELETE checks the row again, since a concurrent
// refresh may have updated it.
export const PURGE_SESSIONS: Statement = {
  name: 'session-purge',
  text: `
    DELETE FROM sessions s USING (
      (SELECT id FROM sessions WHERE revoked_at <= $1 ORDER BY revoked_at LIMIT $4)
      UNION
      (SELECT id FROM sessions WHERE last_used_on < ($2::timestamptz AT TIME ZONE 'UTC')::date ORDER BY last_used_on LIMIT $4)
      UNION
      (SELECT id FROM sessions WHERE created_at <= $3 ORDER BY created_at LIMIT $4)
      UNION
      (SELECT id FROM sessions WHERE ends_at <= $1 ORDER BY ends_at LIMIT $4)
      LIMIT $4
    ) page
    WHERE s.id = page.id AND (s.revoked_at <= $1 OR s.last_used_at <= $2 OR s.created_at <= $3 OR s.ends_at <= $1)
    RETURNING s.id`,
};

/** Deletes revoked sessions after an hour and expired ones within a day, page by page. */
@Injectable()
export class SessionsJobs {
  constructor(
    private readonly database: Database,
    private readonly settings: SessionSettings,
    private readonly clock: Clock,
    scheduler: JobScheduler,
  ) {
    scheduler.schedule({ name: 'sessions', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  private async purge(): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    const { idleCutoff, ageCutoff } = this.settings.cutoffsAt(nowMs);
    const parameters = [new Date(nowMs - HOUR_MS), idleCutoff, ageCutoff, PAGE_ROWS];
    return (await this.database.query(PURGE_SESSIONS, parameters)).length === PAGE_ROWS;
  }
}
