import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';

/** Keyed hashes of a mailbox and of its domain. */
export interface RecipientHashes {
  readonly mailbox: Buffer;
  readonly domain: Buffer;
}

/** A row of the outbox: a mail, or a request for one, that has not been sent yet. */
export interface WaitingMail extends RecipientHashes {
  readonly id: string;
  readonly kind: string;
  readonly sealed: Buffer;
  /** How often it was claimed, including this time. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Recipients that a claim skips. */
export interface BusyRecipients {
  readonly mailboxes: readonly Buffer[];
  readonly domains: readonly Buffer[];
}

const COLUMNS =
  'id, kind, sealed, mailbox, domain, attempts, created_at AS "createdAt", expires_at AS "expiresAt"';

// Of one kind, no more than a few to one mailbox wait for their first attempt: mails are delivered to a mailbox one after the other, so a
// flood of requests would delay its other mails.
const ADD: Statement = {
  name: 'mail-add',
  text: `INSERT INTO mails (id, kind, sealed, mailbox, domain, attempts, created_at, due_at, expires_at)
    SELECT $1, $2, $3, $4, $5, 0, $6::timestamptz, $6, $7
    WHERE (SELECT count(*) FROM mails WHERE mailbox = $4 AND kind = $2 AND attempts = 0) < coalesce($8, 2147483647)`,
};

// No delay is as long as twenty minutes: a later due time was set by a clock that has been set back since.
const DUE = `(due_at <= $1 OR due_at > $1::timestamptz + interval '20 minutes')`;

// Failed mails come last, or a few that cannot be sent would delay all others. A lease instead of a lock: a lock would hold a connection
// for as long as a mail server takes. When an instance dies, its lease expires and another one may send the mail again.
const CLAIM: Statement = {
  name: 'mail-claim',
  text: `
    UPDATE mails SET attempts = attempts + 1, due_at = $2
    WHERE id = (SELECT id FROM mails WHERE ${DUE} AND mailbox <> ALL ($3::bytea[]) AND domain <> ALL ($4::bytea[])
      ORDER BY attempts, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING ${COLUMNS}`,
};

// Only within the same attempt: another instance may have claimed the mail after the lease ended.
const REWRITE: Statement = {
  name: 'mail-rewrite',
  text: 'UPDATE mails SET sealed = $3, expires_at = $4 WHERE id = $1 AND attempts = $2 RETURNING id',
};

const POSTPONE: Statement = {
  name: 'mail-postpone',
  text: 'UPDATE mails SET due_at = $3 WHERE id = $1 AND attempts = $2',
};

const REMOVE: Statement = { name: 'mail-remove', text: 'DELETE FROM mails WHERE id = $1' };

const SUMMARY: Statement = {
  text: `SELECT count(*)::integer AS waiting, (count(*) FILTER (WHERE attempts > 1 OR (attempts = 1 AND due_at > $1)))::integer
    AS failed, min(created_at) AS oldest FROM mails`,
};

export interface OutboxSummary {
  readonly waiting: number;
  /** Includes mails that are being delivered. */
  readonly failed: number;
  readonly oldest: Date | null;
}

@Injectable()
export class OutboxStore {
  constructor(private readonly database: Database) {}

  /** @param most how many of its kind may wait for their first attempt to this mailbox; null: any number. A further one is not added. */
  async add(mail: Omit<WaitingMail, 'attempts'>, most: number | null): Promise<void> {
    const { id, kind, sealed, mailbox, domain, createdAt, expiresAt } = mail;
    await this.database.query(ADD, [id, kind, sealed, mailbox, domain, createdAt, expiresAt, most]);
  }

  /** Claims the mail that has been due for longest and has no busy recipient, until the lease ends. */
  async claim(
    now: Date,
    leaseEnd: Date,
    { mailboxes, domains }: BusyRecipients,
  ): Promise<WaitingMail | undefined> {
    const [mail] = await this.database.query<WaitingMail>(CLAIM, [now, leaseEnd, mailboxes, domains]);
    return mail;
  }

  /** @returns whether the claim still held */
  async rewrite({ id, attempts }: WaitingMail, sealed: Buffer, expiresAt: Date): Promise<boolean> {
    const rows = await this.database.query(REWRITE, [id, attempts, sealed, expiresAt]);
    return rows.length > 0;
  }

  async postpone({ id, attempts }: WaitingMail, until: Date): Promise<void> {
    await this.database.query(POSTPONE, [id, attempts, until]);
  }

  async remove({ id }: WaitingMail): Promise<void> {
    await this.database.query(REMOVE, [id]);
  }

  async summary(now: Date): Promise<OutboxSummary> {
    const [row] = await this.database.query<OutboxSummary>(SUMMARY, [now]);
    return row ?? { waiting: 0, failed: 0, oldest: null };
  }
}
