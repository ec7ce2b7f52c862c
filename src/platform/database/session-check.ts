import type { DataSource, QueryRunner } from 'typeorm';
import type { DatabaseSettings } from './database.settings';
import { requiredSettings } from './session-settings';

/** A difference between the sessions and what statements rely on, with the fix. */
export interface SessionFault {
  readonly message: string;
  readonly advice: string;
}

/** Checks over the pool whether sessions behave as `DATABASE_POOLING` states and have their settings. */
export async function checkSessions(
  dataSource: DataSource,
  settings: DatabaseSettings,
): Promise<SessionFault | undefined> {
  const others = await otherSettings(dataSource, settings);
  if (others.length > 0)
    return {
      message: `settings of a session are not in force: ${others.join(', ')}`,
      advice:
        'something between here and the server changes them: a pooler has to keep what a connection sets, in the mode that DATABASE_POOLING states',
    };
  if (settings.pooling === 'transaction' || (await keepsSessions(dataSource))) return undefined;
  return {
    message: 'a pooler uses another connection to the server for each transaction',
    advice: 'set DATABASE_POOLING=transaction, and DATABASE_DIRECT_URL',
  };
}

async function otherSettings(dataSource: DataSource, settings: DatabaseSettings): Promise<string[]> {
  const promised = requiredSettings(settings);
  const found = await dataSource.query<{ name: string; setting: string }[]>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
    [Object.keys(promised)],
  );
  return found
    .filter(({ name, setting }) => setting !== promised[name])
    .map(({ name, setting }) => `${name} is ${setting} instead of ${promised[name]}`);
}

/** Where server connections are shared, the second transaction gets the one that the first has just released. */
async function keepsSessions(dataSource: DataSource): Promise<boolean> {
  const [first, second] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const before = await processOf(first);
    await second.startTransaction();
    await processOf(second);
    return before === (await processOf(first));
  } finally {
    if (second.isTransactionActive) await second.rollbackTransaction().catch(() => undefined);
    await first.release();
    await second.release();
  }
}

async function processOf(runner: QueryRunner): Promise<number | undefined> {
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return row?.pid;
}
