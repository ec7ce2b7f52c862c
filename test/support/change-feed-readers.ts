import type { Client } from 'pg';

/** The connections that feeds read by, seen from another one. */
const READERS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'pg_current_snapshot|LISTEN|FETCH|CURSOR'`;

/** The connections that the feeds of a database read by, as an operator has them. */
export class FeedReaders {
  constructor(private readonly operator: Client) {}

  async pids(): Promise<number[]> {
    const { rows } = await this.operator.query<{ pid: number }>(READERS);
    return rows.map(({ pid }) => pid);
  }

  async cut(): Promise<void> {
    await this.operator.query(`SELECT pg_terminate_backend(pid) FROM (${READERS}) AS reader`);
  }
}

/** What is connected to the database beside this connection. */
export async function connectionsBeside(operator: Client): Promise<string[]> {
  const { rows } = await operator.query<{ query: string }>(
    'SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  return rows.map(({ query }) => query);
}

/** The lines of a log at the level of a warning or above. */
export function complaintsIn(log: readonly string[]): string[] {
  return log.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);
}
