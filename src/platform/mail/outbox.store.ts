import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';

/** Keyed hashes of a mailbox and of its domain. */
export interface RecipientHashes {
  readonly mailbox: Buffer;
  readonly domain: Buffer;
}

/** A mail, or what is to become one, that has not gone out yet. */
export interface WaitingMail extends RecipientHashes {
  readonly id: string;
  readonly kind: string;
  readonly sealed: Buffer;
  /** How often it was taken up, this time included. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What a claim passes over. */
export interface BusyRecipients {
  readonly mailboxes: readonly Buffer[];
  readonly domains: readonly Buffer[];
}

const COLUMNS =
  'id, kind, sealed, mailbox, domain, attempts, created_at AS "createdAt", expires_at AS "expiresAt"';

// Of one kind, no more than a few to one mailbox wait for their first attempt: mails are delivered to a mailbox one after the other, so a
// flood of requests would hold up its other mails.
const ADD: Statement = {
  name: 'mail-add',
  text: `INSERT INTO mails (id, kind, sealed, mailbox, domain, attempts, created_at, due_at, expires_at)
    SELECT $1, $2, $3, $4, $5, 0, $6::timestamptz, $6, $7
    WHERE (SELECT count(*) FROM mails WHERE mailbox = $4 AND kind = $2 AND attempts = 0) < coalesce($8, 2147483647)`,
};

// No delay is as long as twenty minutes: one that is due later was postponed by a clock that has gone back since.
const DUE = `(due_at <= $1 OR due_at > $1::timestamptz + interval '20 minutes')`;

// Those that failed come last, or a few that cannot be sent would hold up all others. A lease and no lock: a connection would be held for as long as a mail server takes. Whoever dies with it in hand
// loses it to the next one, which may then send it again.
const CLAIM: Statement = {
  name: 'mail-claim',
  text: `
    UPDATE mails SET attempts = attempts + 1, due_at = $2
    WHERE id = (SELECT id FROM mails WHERE ${DUE} AND mailbox <> ALL ($3::bytea[]) AND domain <> ALL ($4::bytea[])
      ORDER BY attempts, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING ${COLUMNS}`,
};

// Only while it is still the same attempt: another instance may have taken over from one that was too slow.
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
  /** One that is on its way right now counts, too. */
  readonly failed: number;
  readonly oldest: Date | null;
}

/** The mails that wait, each statement whole in itself. */
@Injectable()
export class OutboxStore {
  constructor(private readonly database: Database) {}

  /** @param most is how many of its kind may wait for their first attempt to this mailbox; null: any number. One more is not added. */
  async add(mail: Omit<WaitingMail, 'attempts'>, most: number | null): Promise<void> {
    const { id, kind, sealed, mailbox, domain, createdAt, expiresAt } = mail;
    await this.database.query(ADD, [id, kind, sealed, mailbox, domain, createdAt, expiresAt, most]);
  }

  /** Takes up the mail that has been due for longest to none of the busy recipients, until the lease ends. */
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
