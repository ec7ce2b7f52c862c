import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../platform/database';
import { Unavailable } from '../platform/errors';
import { Conflict } from '../platform/http';
import { ADMIN } from './role.entity';

const LOCK: Statement = { text: 'SELECT name FROM roles WHERE name = $1 FOR UPDATE' };
// Found first, by the index: with a LIMIT beside it the planner hopes to meet one early, and reads the whole table.
const ADMINS =
  'WITH holders AS MATERIALIZED (SELECT id, status, email_verified FROM users WHERE roles @> ARRAY[$1])';
const IS_ADMIN = `status = 'active' AND email_verified`;
const OTHERS: Statement = { text: `${ADMINS} SELECT FROM holders WHERE ${IS_ADMIN} AND id <> $2 LIMIT 1` };
const COUNT: Statement = { text: `${ADMINS} SELECT count(*)::int AS count FROM holders WHERE ${IS_ADMIN}` };

const MOST_WAITING = 50;

/** Those who may do everything. There is always one. */
@Injectable()
export class Administrators {
  private turn: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly database: Database) {}

  /**
   * Does something in a transaction while nobody else changes who may do what, on any instance: of two administrators who
   * disable each other at once, one finds out that they no longer may. Users are locked after this, never before.
   * @throws Unavailable where too many wait for the same; Error within a transaction, which would keep a connection and wait
   */
  async withAdministrationLock<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.isInTransaction)
      throw new Error('Administrators.withAdministrationLock() begins its own transaction');
    if (this.waiting >= MOST_WAITING) throw new Unavailable(1);
    this.waiting++;
    const former = this.turn;
    let release: () => void = () => undefined;
    this.turn = new Promise((resolve) => (release = resolve));
    try {
      // One after the other here, too: whoever waits in the database keeps a connection from everybody else.
      await former;
      return await this.database.transaction(async () => {
        await this.lock();
        // Before what others do after the commit, which may be long, or this again.
        await this.database.afterCommit(async () => release());
        return work();
      });
    } finally {
      release();
      this.waiting--;
    }
  }

  /**
   * In `withAdministrationLock`.
   * @throws Conflict where nobody else could do everything
   */
  async assertNotLast(userId: string): Promise<void> {
    const others = await this.database.query(OTHERS, [ADMIN, userId]);
    if (others.length === 0)
      throw new Conflict(
        'This is the last account with the role admin. Give that role to another one first.',
      );
  }

  /** How many there are that could sign in. */
  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT, [ADMIN]);
    return row?.count ?? 0;
  }

  private async lock(): Promise<void> {
    const rows = await this.database.query(LOCK, [ADMIN]);
    if (rows.length === 0) throw new Error('the role admin is missing from the table roles');
  }
}
