import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';

/** The user and the details that a token was issued for. */
export interface TokenSubject {
  readonly userId: string;
  readonly details: Readonly<Record<string, string>>;
}

// A lasting token that is issued later gets a later instant, also where the clock of its instance is behind.
const ISSUE: Statement = {
  name: 'token-issue',
  text: `
    INSERT INTO one_time_tokens (digest, purpose, user_id, details, lasting, created_at, expires_at)
    SELECT $1, $2, $3, $4, $5, greatest($6, CASE WHEN $5 THEN (SELECT max(created_at) + interval '1 millisecond'
      FROM one_time_tokens WHERE user_id = $3 AND lasting) END), $7
    WHERE $5 OR (SELECT count(*) FROM one_time_tokens WHERE user_id = $3 AND purpose = $2 AND expires_at > $6) < $8
    RETURNING digest`,
};

const FIND: Statement = {
  name: 'token-find',
  text: `SELECT user_id AS "userId", details FROM one_time_tokens WHERE digest = $1 AND purpose = $2 AND expires_at > $3`,
};

const ALIVE: Statement = {
  name: 'token-alive',
  text: `SELECT user_id AS "userId", details FROM one_time_tokens WHERE user_id = $1 AND purpose = $2 AND expires_at > $3`,
};

// One statement, so that exactly one of any number of parallel uses succeeds. The rows are locked in one order to avoid deadlocks between
// two links of one user. Earlier lasting tokens stay valid: they restore an older state, and this one may have been used by an attacker.
const REDEEM: Statement = {
  name: 'token-redeem',
  text: `
    WITH presented AS (
      SELECT user_id, created_at, lasting FROM one_time_tokens WHERE digest = $1 AND purpose = $2 AND expires_at > $3
    ), locked AS (
      SELECT t.digest FROM one_time_tokens t JOIN presented p USING (user_id)
      WHERE t.digest = $1 OR NOT $4 AND CASE WHEN p.lasting THEN t.lasting AND t.created_at > p.created_at
        ELSE t.purpose = $2 AND NOT t.lasting END
      ORDER BY t.digest FOR UPDATE OF t
    ), gone AS (
      DELETE FROM one_time_tokens t USING locked l WHERE t.digest = l.digest RETURNING t.digest, t.user_id, t.details
    )
    SELECT user_id AS "userId", details FROM gone WHERE digest = $1`,
};

const END_OF: Statement = {
  name: 'token-end-of',
  text: `DELETE FROM one_time_tokens WHERE digest IN (
    SELECT digest FROM one_time_tokens WHERE user_id = $1 AND NOT lasting AND ($2::text IS NULL OR purpose = $2)
    ORDER BY digest FOR UPDATE)`,
};

const END_OTHERS: Statement = {
  name: 'token-end-others',
  text: `DELETE FROM one_time_tokens WHERE digest IN (
    SELECT digest FROM one_time_tokens WHERE user_id = $1 AND NOT lasting AND NOT (purpose = $2 AND details::jsonb = $3::jsonb)
    ORDER BY digest FOR UPDATE)`,
};

const PURGE: Statement = {
  name: 'token-purge',
  text: `DELETE FROM one_time_tokens WHERE digest IN (SELECT digest FROM one_time_tokens WHERE expires_at <= $1 LIMIT $2)
    RETURNING digest`,
};

export interface StoredToken extends TokenSubject {
  readonly digest: Buffer;
  readonly purpose: string;
  readonly lasting: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

@Injectable()
export class OneTimeTokenStore {
  constructor(private readonly database: Database) {}

  /** @returns false where `most` tokens of this purpose and user are valid already; nothing is stored then */
  async issue(token: StoredToken, most: number): Promise<boolean> {
    const { digest, purpose, userId, details, lasting, createdAt, expiresAt } = token;
    const parameters = [digest, purpose, userId, details, lasting, createdAt, expiresAt, most];
    return (await this.database.query(ISSUE, parameters)).length > 0;
  }

  async find(digest: Buffer, purpose: string, now: Date): Promise<TokenSubject | null> {
    const [claim] = await this.database.query<TokenSubject>(FIND, [digest, purpose, now]);
    return claim ?? null;
  }

  async findActive(userId: string, purpose: string, now: Date): Promise<TokenSubject[]> {
    return this.database.query<TokenSubject>(ALIVE, [userId, purpose, now]);
  }

  /** @param alone whether the other tokens of its purpose stay valid */
  async redeem(digest: Buffer, purpose: string, now: Date, alone: boolean): Promise<TokenSubject | null> {
    const [claim] = await this.database.query<TokenSubject>(REDEEM, [digest, purpose, now, alone]);
    return claim ?? null;
  }

  async revokeAllOf(userId: string, purpose: string | null): Promise<void> {
    await this.database.query(END_OF, [userId, purpose]);
  }

  /** Deletes all tokens of a user but those of this purpose with these details. */
  async revokeOthers({ userId, details }: TokenSubject, purpose: string): Promise<void> {
    await this.database.query(END_OTHERS, [userId, purpose, details]);
  }

  /** @returns how many expired tokens were deleted */
  async purge(now: Date, rows: number): Promise<number> {
    return (await this.database.query(PURGE, [now, rows])).length;
  }
}
