import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';
import type { RateLimitPolicy } from './rate-limit-policy';

/** What became of an attempt. */
export interface RateLimitCount {
  readonly allowed: boolean;
  /** In the window that is under way, this one included. */
  readonly used: number;
  /** How often the quota was exceeded of late. */
  readonly strikes: number;
  /** When the window, or the wait, ends. */
  readonly until: Date;
}

// Each strike leaves half of the quota, but never nothing: a wait ends, and whoever then comes gets one attempt at least.
const QUOTA = 'greatest(1, $3::integer >> a.strikes)';
// What ends later than any wait was written while the clock was wrong.
const UNDER_WAY = '(a.until > $2 AND a.until <= $2 + make_interval(secs => greatest($4, $5)))';
const OVER = `(${UNDER_WAY} AND a.used >= ${QUOTA})`;
const RESTED = `a.until <= $2 - make_interval(secs => $5)`;

const CLAIM: Statement = {
  name: 'attempt-claim',
  text: `
    WITH claimed AS (
      INSERT INTO attempts AS a (key, used, strikes, blocked, until)
      VALUES ($1, 1, 0, false, $2::timestamptz + make_interval(secs => $4))
      ON CONFLICT (key) DO UPDATE SET
        used = CASE WHEN ${OVER} THEN a.used WHEN ${UNDER_WAY} THEN a.used + 1 ELSE 1 END,
        strikes = CASE
          WHEN ${OVER} THEN least(a.strikes + 1, 20)
          WHEN ${UNDER_WAY} THEN a.strikes
          WHEN ${RESTED} THEN 0
          WHEN NOT a.blocked THEN greatest(a.strikes - 1, 0)
          ELSE a.strikes
        END,
        blocked = ${OVER},
        until = CASE
          WHEN ${OVER} THEN $2 + make_interval(secs => least($4 * 2 ^ a.strikes, $5))
          WHEN ${UNDER_WAY} THEN a.until
          ELSE $2 + make_interval(secs => $4)
        END
      WHERE NOT (a.blocked AND ${UNDER_WAY})
      RETURNING NOT blocked AS allowed, used, strikes, until
    )
    SELECT * FROM claimed
    UNION ALL
    SELECT false, used, strikes, until FROM attempts WHERE key = $1 AND NOT EXISTS (SELECT FROM claimed)`,
};

const REFUND: Statement = {
  name: 'attempt-refund',
  text: 'UPDATE attempts SET used = used - 1 WHERE key = $1 AND used > 0',
};

const FORGET: Statement = { name: 'attempt-forget', text: 'DELETE FROM attempts WHERE key = $1' };

const GRANT: Statement = {
  name: 'attempt-grant',
  text: `INSERT INTO attempts (key, used, strikes, blocked, until)
    VALUES ($1, 0, 0, false, $2::timestamptz + make_interval(secs => $3))
    ON CONFLICT (key) DO UPDATE SET used = 0, until = excluded.until`,
};

const CLAIM_GRANTED: Statement = {
  name: 'attempt-claim-granted',
  text: `UPDATE attempts SET used = used + 1 WHERE key = $1 AND until > $2 AND until <= $2::timestamptz + make_interval(secs => $4) AND used < $3
    RETURNING true AS allowed, used, strikes, until`,
};

const PURGE: Statement = {
  name: 'attempt-purge',
  text: `DELETE FROM attempts WHERE key IN (SELECT key FROM attempts WHERE until <= $1 LIMIT $2) RETURNING true AS gone`,
};

/** The statements that count attempts. */
@Injectable()
export class RateLimitStore {
  constructor(private readonly database: Database) {}

  async consume(
    key: Buffer,
    { quota, windowSeconds, longestWaitSeconds }: RateLimitPolicy,
    now: Date,
  ): Promise<RateLimitCount | undefined> {
    const [counted] = await this.database.query<RateLimitCount>(CLAIM, [
      key,
      now,
      quota,
      windowSeconds,
      longestWaitSeconds,
    ]);
    return counted;
  }

  async refund(key: Buffer): Promise<void> {
    await this.database.query(REFUND, [key]);
  }

  async reset(key: Buffer): Promise<void> {
    await this.database.query(FORGET, [key]);
  }

  async grant(key: Buffer, { windowSeconds }: RateLimitPolicy, now: Date): Promise<void> {
    await this.database.query(GRANT, [key, now, windowSeconds]);
  }

  async consumeGranted(
    key: Buffer,
    { quota, windowSeconds }: RateLimitPolicy,
    now: Date,
  ): Promise<RateLimitCount | undefined> {
    const [counted] = await this.database.query<RateLimitCount>(CLAIM_GRANTED, [
      key,
      now,
      quota,
      windowSeconds,
    ]);
    return counted;
  }

  /** @returns how many were over by then and are gone now */
  async purge(until: Date, rows: number): Promise<number> {
    return (await this.database.query(PURGE, [until, rows])).length;
  }
}
