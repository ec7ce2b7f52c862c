import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Clock } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import { SessionSettings } from './session.settings';

const PAGE_USERS = 500;

const SIGNED_IN: Statement = {
  text: `SELECT DISTINCT user_id AS id FROM sessions
    WHERE user_id > $1 AND revoked_at IS NULL AND last_used_at > $2 AND created_at > $3
      AND (ends_at IS NULL OR ends_at > $5) ORDER BY user_id LIMIT $4`,
};

@Injectable()
export class SignedInUsers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
  ) {}

  /** Their ids in order, read page by page. */
  async *ids(): AsyncGenerator<string> {
    for (let after: string | undefined = NIL; after !== undefined;) {
      const { now, idleCutoff, ageCutoff } = this.settings.cutoffsAt(this.clock.nowMs());
      const parameters: unknown[] = [after, idleCutoff, ageCutoff, PAGE_USERS, now];
      const page: { id: string }[] = await this.database.query<{ id: string }>(SIGNED_IN, parameters);
      for (const { id } of page) yield id;
      after = page.at(-1)?.id;
    }
  }
}
