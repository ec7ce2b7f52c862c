import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Database } from '../database';

const CHANNEL = 'gatehouse_changes';
const PAGE_ROWS = 5_000;
const CLOSE_TIMEOUT_MS = 500;

/** A change that every instance has to apply. */
export interface Change {
  readonly topic: string;
  /** The id of what changed, such as a session or a user. */
  readonly subject: string;
  /** The version that was reached, for subjects with versions. */
  readonly version: number | null;
  readonly changedAt: Date;
}

/** A module that keeps recent changes in memory. */
export interface ChangeSubscription {
  readonly topic: string;
  /** How long a change matters, in milliseconds: a starting instance receives no older ones. */
  readonly keepMs: number;
  /** May receive a change more than once and in another order than committed; it is retried after an error. */
  readonly apply: (changes: readonly Change[]) => void | Promise<void>;
  /** For what matters regardless of its age: called whenever the feed starts over, because it may have missed older changes. */
  readonly reload?: () => Promise<void>;
}

export interface ChangeBatch {
  readonly changes: readonly Change[];
  /** The clock of the database at the read, in milliseconds since the epoch. */
  readonly databaseMs: number;
}

interface Head {
  readonly snapshot: string;
  readonly databaseMs: number;
}

const COLUMNS = 'topic, subject, version, changed_at AS "changedAt"';
const HEAD = `pg_current_snapshot()::text AS snapshot, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "databaseMs"`;

// Transactions do not commit in the order of their ids. A snapshot tells exactly which ones the previous read could not see:
// those in progress and those not yet started. One statement is one snapshot, so the changes and the new snapshot match.
// The head is a row of its own, because there may be no change or many.
const UNSEEN = `(transaction_id >= pg_snapshot_xmax($1::pg_snapshot)
      OR transaction_id = ANY (ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))))`;
const SINCE = {
  name: 'changes-since',
  text: `
    SELECT NULL AS topic, NULL AS subject, NULL::integer AS version, NULL::timestamptz AS "changedAt", ${HEAD}
    UNION ALL
    (SELECT ${COLUMNS}, NULL, NULL FROM changes WHERE ${UNSEEN} ORDER BY transaction_id, id)`,
};

/** Reads each change once over one connection and receives notifications. */
export class ChangeReader {
  isLost = false;
  snapshot = '';

  private constructor(private readonly client: Client) {}

  /** @param onNotification is called when another instance notifies of changes, and when the connection is lost */
  static async open(database: Database, onNotification: () => void): Promise<ChangeReader> {
    const client = await database.dedicatedConnection();
    const reader = new ChangeReader(client);
    client.on('error', () => {
      reader.isLost = true;
      onNotification();
    });
    // The types of the driver lack this property.
    const { processID } = client as Client & { readonly processID?: number };
    client.on('notification', ({ processId }) => {
      if (processId !== processID) onNotification();
    });
    try {
      // Until the table is first analysed, the planner would scan all of it.
      await client.query(`LISTEN ${CHANNEL}; SET enable_seqscan = off`);
    } catch (error) {
      void reader.close().catch(() => undefined);
      throw error;
    }
    return reader;
  }

  /**
   * Passes recent changes on in batches and sets the snapshot that `readNew` continues from.
   * @param recentMs how far back to read, in milliseconds
   * @param former the snapshot of a reader whose connection was lost: what it could not see is passed on, however old. It does
   * not replace `recentMs`: after a failover, the same transaction ids may mean other transactions.
   * @param apply receives each batch
   */
  async load(
    recentMs: number,
    former: string,
    apply: (changes: readonly Change[]) => Promise<void>,
  ): Promise<void> {
    await this.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await this.client.query<Head>(`SELECT ${HEAD}`);
    // By the clock of this server: before a failover it may have been another.
    const since = new Date((rows[0]?.databaseMs ?? 0) - recentMs).toISOString();
    const unseen = former === '' ? '' : `OR ${UNSEEN.replaceAll('$1', `'${former}'`)}`;
    await this.client.query(
      `DECLARE recent CURSOR FOR SELECT ${COLUMNS} FROM changes WHERE changed_at > '${since}' ${unseen}`,
    );
    for (let full = true; full;) {
      const page = await this.client.query<Change>(`FETCH ${PAGE_ROWS} FROM recent`);
      await apply(page.rows);
      full = page.rows.length === PAGE_ROWS;
    }
    await this.client.query('COMMIT');
    this.snapshot = rows[0]?.snapshot ?? '';
  }

  /** Reads what was committed since the previous read. */
  async readNew(): Promise<ChangeBatch> {
    const { rows } = await this.client.query<Change & Head>({ ...SINCE, values: [this.snapshot] });
    const head = rows.find(({ topic }) => topic === null);
    if (!head) throw new Error('The change feed query returned no head row');
    this.snapshot = head.snapshot;
    return { changes: rows.filter((row) => row !== head), databaseMs: head.databaseMs };
  }

  /** Notifies the other instances. Not in the transaction of the change, where NOTIFY would serialize commits. */
  async notify(): Promise<void> {
    await this.client.query(`NOTIFY ${CHANNEL}`);
  }

  /** Closes the connection without waiting for a silent server. */
  async close(): Promise<void> {
    const socket = this.client.connection.stream as Socket;
    const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.end().finally(() => clearTimeout(timer));
  }
}
