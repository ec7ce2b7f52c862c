import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../platform/database';
import { Unavailable } from '../platform/errors';
import { Conflict } from '../platform/http';
import { ADMIN } from './role.entity';

const LOCK: Statement = { text: 'SELECT name FROM roles WHERE name = $1 FOR UPDATE' };
// Materialized, because with LIMIT alone the planner expects an early match and scans the whole table.
const ADMINS =
  'WITH holders AS MATERIALIZED (SELECT id, status, email_verified FROM users WHERE roles @> ARRAY[$1])';
const IS_ADMIN = `status = 'active' AND email_verified`;
const OTHERS: Statement = { text: `${ADMINS} SELECT FROM holders WHERE ${IS_ADMIN} AND id <> $2 LIMIT 1` };
const COUNT: Statement = { text: `${ADMINS} SELECT count(*)::int AS count FROM holders WHERE ${IS_ADMIN}` };

const MOST_WAITING = 50;

/** The active, verified users with the role admin. At least one always exists. */
@Injectable()
export class Administrators {
  private queue: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly database: Database) {}

  /**
   * Runs work in a transaction under the administration lock, which serialises changes of users and roles on all instances. Of two
   * administrators who disable each other at once, the second is refused. Rows of users are locked after this lock, never before.
   * @throws Unavailable where too many callers wait; Error within a transaction, which would hold its connection while it waits
   */
  async withAdministrationLock<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.isInTransaction)
      throw new Error('Administrators.withAdministrationLock() begins its own transaction');
    if (this.waiting >= MOST_WAITING) throw new Unavailable(1);
    this.waiting++;
    const former = this.queue;
    let release: () => void = () => undefined;
    this.queue = new Promise((resolve) => (release = resolve));
    try {
      // Serialised in this process first, because each waiter in the database would hold a connection.
      await former;
      return await this.database.transaction(async () => {
        await this.lock();
        // Released before other callbacks after the commit, which may be slow or take this lock again.
        await this.database.afterCommit(async () => release());
        return work();
      });
    } finally {
      release();
      this.waiting--;
    }
  }

  /**
   * To be called in `withAdministrationLock`.
   * @throws Conflict where the user is the last administrator
   */
  async assertNotLast(userId: string): Promise<void> {
    const others = await this.database.query(OTHERS, [ADMIN, userId]);
    if (others.length === 0)
      throw new Conflict(
        'This is the last account with the role admin. Assign that role to another account first.',
      );
  }

  /** The number of administrators that can sign in. */
  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT, [ADMIN]);
    return row?.count ?? 0;
  }

  private async lock(): Promise<void> {
    const rows = await this.database.query(LOCK, [ADMIN]);
    if (rows.length === 0) throw new Error('The role admin is missing from the table roles');
  }
}
