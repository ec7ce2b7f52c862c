import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Database } from '../database';

const CHANNEL = 'gatehouse_changes';
const PAGE_ROWS = 5_000;
const CLOSE_TIMEOUT_MS = 500;

/** Something that every instance has to know of. */
export interface Change {
  readonly topic: string;
  /** Which one changed: the id of a session, of a user, … */
  readonly subject: string;
  /** Of what is counted, the number it has reached. */
  readonly version: number | null;
  readonly changedAt: Date;
}

export interface ChangeBatch {
  readonly changes: readonly Change[];
  /** The database's clock while it answered, in milliseconds since the epoch. */
  readonly databaseMs: number;
}

interface Head {
  readonly snapshot: string;
  readonly databaseMs: number;
}

const COLUMNS = 'topic, subject, version, changed_at AS "changedAt"';
const HEAD = `pg_current_snapshot()::text AS snapshot, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "databaseMs"`;

// Transactions do not commit in the order in which they were numbered. A snapshot tells exactly which ones the reading
// before could not see: those it knew to be under way, and those that had not begun. One statement is one snapshot, so
// what it answers and the mark it leaves fit together. The head comes as a row of its own, there being no change or many.
const UNSEEN = `(transaction_id >= pg_snapshot_xmax($1::pg_snapshot)
      OR transaction_id = ANY (ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))))`;
const SINCE = {
  name: 'changes-since',
  text: `
    SELECT NULL AS topic, NULL AS subject, NULL::integer AS version, NULL::timestamptz AS "changedAt", ${HEAD}
    UNION ALL
    (SELECT ${COLUMNS}, NULL, NULL FROM changes WHERE ${UNSEEN} ORDER BY transaction_id, id)`,
};

/** Reads the changes over one connection, each once, and hears that there are some. */
export class ChangeReader {
  /** Set once the connection is gone. */
  isLost = false;
  /** What the last reading could see. */
  snapshot = '';

  private constructor(private readonly client: Client) {}

  /** @param heard is called when another instance says that there is news, and when the connection is lost */
  static async open(database: Database, heard: () => void): Promise<ChangeReader> {
    const client = await database.dedicatedConnection();
    const reader = new ChangeReader(client);
    client.on('error', () => {
      reader.isLost = true;
      heard();
    });
    // The driver knows its server process, its types do not.
    const { processID } = client as Client & { readonly processID?: number };
    client.on('notification', ({ processId }) => {
      if (processId !== processID) heard();
    });
    try {
      // Until the table is first analysed, the planner would rather read all of it.
      await client.query(`LISTEN ${CHANNEL}; SET enable_seqscan = off`);
    } catch (error) {
      void reader.close().catch(() => undefined);
      throw error;
    }
    return reader;
  }

  /**
   * Hands over the changes of the last while, in pages, and sets the mark that `next` goes on from.
   * @param former the mark of a reader that went on until it was lost: what that could not see is handed over, however
   * long ago it was. Not instead of the while: on a server that took over from another the numbers may mean others.
   */
  async load(
    whileMs: number,
    former: string,
    take: (changes: readonly Change[]) => Promise<void>,
  ): Promise<void> {
    await this.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await this.client.query<Head>(`SELECT ${HEAD}`);
    // Dated by this server, whatever time it was on another.
    const since = new Date((rows[0]?.databaseMs ?? 0) - whileMs).toISOString();
    const unseen = former === '' ? '' : `OR ${UNSEEN.replaceAll('$1', `'${former}'`)}`;
    await this.client.query(
      `DECLARE recent CURSOR FOR SELECT ${COLUMNS} FROM changes WHERE changed_at > '${since}' ${unseen}`,
    );
    for (let full = true; full;) {
      const page = await this.client.query<Change>(`FETCH ${PAGE_ROWS} FROM recent`);
      await take(page.rows);
      full = page.rows.length === PAGE_ROWS;
    }
    await this.client.query('COMMIT');
    this.snapshot = rows[0]?.snapshot ?? '';
  }

  /** What was committed since the reading before. */
  async readNew(): Promise<ChangeBatch> {
    const { rows } = await this.client.query<Change & Head>({ ...SINCE, values: [this.snapshot] });
    const head = rows.find(({ topic }) => topic === null);
    if (!head) throw new Error('the database answered without a head');
    this.snapshot = head.snapshot;
    return { changes: rows.filter((row) => row !== head), databaseMs: head.databaseMs };
  }

  /** Tells the other instances that there is news. Apart from the change itself: in its transaction, commits would queue. */
  async notify(): Promise<void> {
    await this.client.query(`NOTIFY ${CHANNEL}`);
  }

  /** Says goodbye, but does not wait for a server that has fallen silent. */
  async close(): Promise<void> {
    const socket = this.client.connection.stream as Socket;
    const impatience = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.end().finally(() => clearTimeout(impatience));
  }
}
