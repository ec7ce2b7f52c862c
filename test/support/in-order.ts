import type { Client } from 'pg';
import { Administrators } from '../../src/roles';
import type { TestApp } from './app';
import { eventually } from './eventually';
import { Others } from './others';

const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/**
 * Starts one after the other while a row is locked that each of them comes to: all have done by then what they do before
 * they lock it, and go on in this order.
 */
export async function inOrder<T>(
  app: TestApp,
  { table, id }: { readonly table: 'users' | 'sessions' | 'roles'; readonly id: string },
  works: readonly (() => Promise<T>)[],
): Promise<T[]> {
  // Mails are granted under the same lock.
  await app.mailsSent();
  const others = new Others(app.databaseUrl);
  try {
    const client = await others.connect();
    await client.query('BEGIN');
    await client.query(`SELECT id FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
    const underWay: Promise<T>[] = [];
    for (const work of works) {
      underWay.push(work());
      await waiting(app, client, underWay.length);
    }
    await client.query('COMMIT');
    return await Promise.all(underWay);
  } finally {
    await others.close();
  }
}

async function waiting(app: TestApp, client: Client, count: number): Promise<void> {
  const administrators = app.nest.get(Administrators);
  await eventually(async () => {
    const { rowCount } = await client.query(WAITING);
    // Of those who administer, one waits there, and the others behind it in the application.
    const behind = Math.max(0, administrators['waiting'] - 1);
    expect((rowCount ?? 0) + behind).toBe(count);
  }, 5_000);
}
