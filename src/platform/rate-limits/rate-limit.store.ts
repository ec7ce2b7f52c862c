import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';
import type { RateLimitPolicy } from './rate-limit-policy';

export interface RateLimitCount {
  readonly allowed: boolean;
  /** In the current window, this attempt included. */
  readonly used: number;
  /** How often the quota was exceeded recently. */
  readonly strikes: number;
  /** When the window, or the wait, ends. */
  readonly until: Date;
}

// Each strike halves the quota, but never to zero: after a wait, at least one attempt is allowed.
const QUOTA = 'greatest(1, $3::integer >> r.strikes)';
// A row that ends later than the longest wait was written while the clock was wrong.
const CURRENT = '(r.until > $2 AND r.until <= $2 + make_interval(secs => greatest($4, $5)))';
const EXCEEDED = `(${CURRENT} AND r.used >= ${QUOTA})`;
const RESTED = `r.until <= $2 - make_interval(secs => $5)`;

const CONSUME: Statement = {
  name: 'rate-limit-consume',
  text: `
    WITH consumed AS (
      INSERT INTO rate_limits AS r (key, used, strikes, blocked, until)
      VALUES ($1, 1, 0, false, $2::timestamptz + make_interval(secs => $4))
      ON CONFLICT (key) DO UPDATE SET
        used = CASE WHEN ${EXCEEDED} THEN r.used WHEN ${CURRENT} THEN r.used + 1 ELSE 1 END,
        strikes = CASE
          WHEN ${EXCEEDED} THEN least(r.strikes + 1, 20)
          WHEN ${CURRENT} THEN r.strikes
          WHEN ${RESTED} THEN 0
          WHEN NOT r.blocked THEN greatest(r.strikes - 1, 0)
          ELSE r.strikes
        END,
        blocked = ${EXCEEDED},
        until = CASE
          WHEN ${EXCEEDED} THEN $2 + make_interval(secs => least($4 * 2 ^ r.strikes, $5))
          WHEN ${CURRENT} THEN r.until
          ELSE $2 + make_interval(secs => $4)
        END
      WHERE NOT (r.blocked AND ${CURRENT})
      RETURNING NOT blocked AS allowed, used, strikes, until
    )
    SELECT * FROM consumed
    UNION ALL
    SELECT false, used, strikes, until FROM rate_limits WHERE key = $1 AND NOT EXISTS (SELECT FROM consumed)`,
};

const REFUND: Statement = {
  name: 'rate-limit-refund',
  text: 'UPDATE rate_limits SET used = used - 1 WHERE key = $1 AND used > 0',
};

const RESET: Statement = { name: 'rate-limit-reset', text: 'DELETE FROM rate_limits WHERE key = $1' };

const GRANT: Statement = {
  name: 'rate-limit-grant',
  text: `INSERT INTO rate_limits (key, used, strikes, blocked, until)
    VALUES ($1, 0, 0, false, $2::timestamptz + make_interval(secs => $3))
    ON CONFLICT (key) DO UPDATE SET used = 0, until = excluded.until`,
};

const CONSUME_GRANTED: Statement = {
  name: 'rate-limit-consume-granted',
  text: `UPDATE rate_limits SET used = used + 1 WHERE key = $1 AND until > $2 AND until <= $2::timestamptz + make_interval(secs => $4) AND used < $3
    RETURNING true AS allowed, used, strikes, until`,
};

const PURGE: Statement = {
  name: 'rate-limit-purge',
  text: `DELETE FROM rate_limits WHERE key IN (SELECT key FROM rate_limits WHERE until <= $1 LIMIT $2) RETURNING true AS deleted`,
};

/** The SQL statements that count attempts. */
@Injectable()
export class RateLimitStore {
  constructor(private readonly database: Database) {}

  async consume(
    key: Buffer,
    { quota, windowSeconds, longestWaitSeconds }: RateLimitPolicy,
    now: Date,
  ): Promise<RateLimitCount | undefined> {
    const parameters = [key, now, quota, windowSeconds, longestWaitSeconds];
    const [count] = await this.database.query<RateLimitCount>(CONSUME, parameters);
    return count;
  }

  async refund(key: Buffer): Promise<void> {
    await this.database.query(REFUND, [key]);
  }

  async reset(key: Buffer): Promise<void> {
    await this.database.query(RESET, [key]);
  }

  async grant(key: Buffer, { windowSeconds }: RateLimitPolicy, now: Date): Promise<void> {
    await this.database.query(GRANT, [key, now, windowSeconds]);
  }

  async consumeGranted(
    key: Buffer,
    { quota, windowSeconds }: RateLimitPolicy,
    now: Date,
  ): Promise<RateLimitCount | undefined> {
    const parameters = [key, now, quota, windowSeconds];
    const [count] = await this.database.query<RateLimitCount>(CONSUME_GRANTED, parameters);
    return count;
  }

  /** @returns how many rows that ended by then were deleted */
  async purge(until: Date, rows: number): Promise<number> {
    return (await this.database.query(PURGE, [until, rows])).length;
  }
}
