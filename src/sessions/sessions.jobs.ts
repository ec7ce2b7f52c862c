import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Clock } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import { JobScheduler } from '../platform/jobs';
import { SessionSettings } from './session.settings';

const HOUR_MS = 3_600_000;
const PAGE_ROWS = 1_000;

// Pages follow the primary key, because an index on last_used_at would cost every refresh a write. The DELETE checks the row again,
// since a concurrent refresh may have updated it.
const PURGE: Statement = {
  name: 'session-purge',
  text: `
    WITH page AS (SELECT id FROM sessions WHERE id > $1 ORDER BY id LIMIT $5),
    gone AS (
      DELETE FROM sessions s USING page p
      WHERE s.id = p.id AND (s.revoked_at <= $2 OR s.last_used_at <= $3 OR s.created_at <= $4)
    )
    SELECT id FROM page ORDER BY id DESC LIMIT 1`,
};

/** Deletes expired sessions, and revoked ones after an hour, page by page. */
@Injectable()
export class SessionsJobs {
  /** The id after which the next page begins. */
  private after: string = NIL;

  constructor(
    private readonly database: Database,
    private readonly settings: SessionSettings,
    private readonly clock: Clock,
    upkeep: JobScheduler,
  ) {
    upkeep.schedule({ name: 'sessions', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  private async purge(): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    const { idleCutoff, ageCutoff } = this.settings.cutoffsAt(nowMs);
    const parameters = [this.after, new Date(nowMs - HOUR_MS), idleCutoff, ageCutoff, PAGE_ROWS];
    const [last] = await this.database.query<{ id: string }>(PURGE, parameters);
    this.after = last?.id ?? NIL;
    return last !== undefined;
  }
}
