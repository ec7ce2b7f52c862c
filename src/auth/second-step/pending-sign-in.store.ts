import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, HOUR_MS } from '../../platform/clock';
import { Database, type Statement } from '../../platform/database';
import { JobScheduler } from '../../platform/jobs';

const PAGE_ROWS = 1_000;
/** Pending sign-ins of one user and origin: a further one displaces the oldest. */
const MOST_PENDING = 5;

/** A sign-in whose first step has passed. */
export interface PendingSignIn {
  readonly userId: string;
  /** The session that it reauthenticates; null for a sign-in. */
  readonly sessionId: string | null;
  /** The known device or the source that started it: others cannot displace it. */
  readonly origin: string;
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
  readonly endsAt: Date | null;
  readonly sessionsEpoch: number;
  /** The name of the known device; null for an unknown one. */
  readonly device: string | null;
  readonly isSuspicious: boolean;
}

/** As it is stored. */
export interface StoredPendingSignIn extends PendingSignIn {
  /** Derived from the token, which it does not reveal. */
  readonly id: string;
}

const COLUMNS = `encode(digest, 'hex') AS id, user_id AS "userId", session_id AS "sessionId", origin, methods,
  authenticated_at AS "authenticatedAt", ends_at AS "endsAt", sessions_epoch AS "sessionsEpoch", device, is_suspicious AS "isSuspicious"`;
const IS_PENDING = `digest = $1 AND attempts_left > 0 AND expires_at > $2 AND session_id IS NOT DISTINCT FROM $3`;

const ADD: Statement = {
  name: 'pending-sign-in-add',
  text: `
    WITH displaced AS (
      DELETE FROM pending_sign_ins WHERE digest IN (
        SELECT digest FROM pending_sign_ins WHERE user_id = $2 AND origin = $4
        ORDER BY expires_at DESC, digest OFFSET ${MOST_PENDING - 1} FOR UPDATE)
    )
    INSERT INTO pending_sign_ins (digest, user_id, session_id, origin, methods, authenticated_at, ends_at, sessions_epoch,
      device, is_suspicious, attempts_left, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
};

// Counts the attempt before the proof is judged, so that parallel guesses are no more than the attempts.
const CLAIM: Statement = {
  name: 'pending-sign-in-claim',
  text: `
    UPDATE pending_sign_ins SET attempts_left = attempts_left - 1
    WHERE ${IS_PENDING} RETURNING ${COLUMNS}`,
};

const FIND: Statement = {
  name: 'pending-sign-in-find',
  text: `SELECT ${COLUMNS} FROM pending_sign_ins WHERE ${IS_PENDING}`,
};

const SPEND: Statement = {
  name: 'pending-sign-in-spend',
  text: 'DELETE FROM pending_sign_ins WHERE digest = $1 RETURNING true AS spent',
};

const PURGE: Statement = {
  name: 'pending-sign-in-purge',
  text: `DELETE FROM pending_sign_ins WHERE digest IN (SELECT digest FROM pending_sign_ins WHERE expires_at <= $1 LIMIT $2)
    RETURNING true AS purged`,
};

/** The sign-ins between their two steps, by the digest of their token. */
@Injectable()
export class PendingSignInStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'pending-sign-ins', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  async add(token: string, pending: PendingSignIn, attempts: number, expiresAt: Date): Promise<void> {
    const { userId, sessionId, origin, methods, authenticatedAt, endsAt } = pending;
    const { sessionsEpoch, device, isSuspicious } = pending;
    const state = [origin, methods, authenticatedAt, endsAt, sessionsEpoch, device, isSuspicious];
    await this.database.query(ADD, [digestOf(token), userId, sessionId, ...state, attempts, expiresAt]);
  }

  /**
   * Counts an attempt. To be called outside a transaction, since a failed attempt stays counted.
   * @param sessionId the session of the caller; null for a sign-in
   */
  async claim(token: string, sessionId: string | null): Promise<StoredPendingSignIn | null> {
    return this.first(CLAIM, token, sessionId);
  }

  /** Counts no attempt. @param sessionId the session of the caller; null for a sign-in */
  async find(token: string, sessionId: string | null): Promise<StoredPendingSignIn | null> {
    return this.first(FIND, token, sessionId);
  }

  /** @returns whether it was still pending: of parallel calls one gets true */
  async spend(token: string): Promise<boolean> {
    return (await this.database.query(SPEND, [digestOf(token)])).length > 0;
  }

  private async first(
    statement: Statement,
    token: string,
    sessionId: string | null,
  ): Promise<StoredPendingSignIn | null> {
    const parameters = [digestOf(token), this.clock.now(), sessionId];
    const [pending] = await this.database.query<StoredPendingSignIn>(statement, parameters);
    return pending ?? null;
  }

  private async purge(): Promise<boolean> {
    return (await this.database.query(PURGE, [this.clock.now(), PAGE_ROWS])).length === PAGE_ROWS;
  }
}

/** A fast digest is enough for 256 random bits. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
