import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Database, readInBatches, type Statement } from '../platform/database';

const RAISE_EPOCH: Statement = {
  name: 'session-raise-epoch',
  text: 'UPDATE users SET sessions_epoch = sessions_epoch + 1 WHERE id = $1',
};

// In pages, because an attacker may have opened too many for one statement. Locked in one order to avoid deadlocks.
const REVOKE_ALL: Statement = {
  name: 'session-revoke-all',
  text: `
    WITH page AS (
      SELECT id FROM sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $5 FOR NO KEY UPDATE
    ), revoked AS (
      UPDATE sessions s SET revoked_at = $3 FROM page p
      WHERE s.id = p.id AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM $4
      RETURNING s.id
    )
    SELECT p.id, r.id IS NOT NULL AS revoked FROM page p LEFT JOIN revoked r USING (id) ORDER BY p.id`,
};

/** Statements on all sessions of a user, page by page. */
@Injectable()
export class UserSessionsStore {
  constructor(private readonly database: Database) {}

  /** @returns how many sessions were revoked */
  async revokeOf(userId: string, except: string | null, now: Date): Promise<number> {
    await this.database.query(RAISE_EPOCH, [userId]);
    let count = 0;
    const sessions = readInBatches<{ id: string; revoked: boolean }>(async (after = NIL, rows) =>
      this.database.query(REVOKE_ALL, [userId, after, now, except, rows]),
    );
    for await (const { revoked } of sessions) if (revoked) count++;
    return count;
  }
}
