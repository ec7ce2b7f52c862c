import type { Socket } from 'node:net';
import { Logger, type Type } from '@nestjs/common';
import pg, { type Client } from 'pg';
import type { DataSource, MigrationInterface } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { Clock } from '../clock';
import type { DatabaseServer } from './database-server';
import type { DatabaseSettings } from './database.settings';
import { ScramClient } from './embedded';
import { FairPool } from './fair-pool';
import type { Migrations } from './migrations';

const logger = new Logger('Migrations');

const OLDEST_VERSION = 150_000;

/** The database cannot be used; the message says why without repeating the URL, which holds a password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

export function connectionOptions(
  url: string,
  settings: DatabaseSettings,
  migrations: Iterable<Type<MigrationInterface>>,
): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    driver: Object.create(pg, { Pool: { value: FairPool } }) as object,
    migrations: [...migrations],
    applicationName: 'gatehouse',
    installExtensions: false,
    logging: false,
    // The default prints a failed migration past the application's own log.
    logger: 'debug',
    poolSize: settings.poolSize,
    connectTimeoutMS: settings.connectTimeoutMs,
    extra: {
      ...(settings.url ? {} : { Client: ScramClient }),
      keepAlive: true,
      // The statements that wait for a row and then judge it are written for this level, whatever the server's default.
      options: '-c default_transaction_isolation=read\\ committed',
      statement_timeout: settings.statementTimeoutMs,
      idle_in_transaction_session_timeout: 2 * settings.statementTimeoutMs,
      onConnect: hangUpAfter(settings.silenceTimeoutMs),
    },
  };
}

/**
 * A connection that owes an answer and stays silent has lost its server. Closing it fails the statement and takes it out
 * of the pool; the driver's `query_timeout` does the first only, and whoever gets the dead connection next waits again.
 */
function hangUpAfter(silenceMs: number): (client: Client) => void {
  return (client) => {
    const socket = client.connection.stream as Socket;
    socket.setTimeout(silenceMs).on('timeout', () => {
      // The driver's own mark, though not in its types; an idle connection owes nothing.
      if ((client as Client & { readyForQuery?: boolean }).readyForQuery) return;
      socket.destroy(Object.assign(new Error('The database server fell silent'), { code: 'ETIMEDOUT' }));
    });
  };
}

/**
 * Opens the pool, takes over the database's time and brings the schema up to date; on failure nothing of it is left running.
 * @throws DatabaseUnusable where it cannot be reached or is too old
 * @throws SchemaMismatch where the schema is not this build's
 */
export async function open(
  dataSource: DataSource,
  migrations: Migrations,
  server: DatabaseServer,
  settings: DatabaseSettings,
  clock: Clock,
): Promise<void> {
  try {
    await connect(dataSource, clock);
    for (const name of settings.migrateOnStart ? await migrations.run() : []) logger.log(`applied ${name}`);
    await migrations.verify();
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await server.stop();
    throw error;
  }
}

/** For whoever only looks: opens the pool and takes over the database's time, and no more. */
export async function connect(dataSource: DataSource, clock: Clock): Promise<void> {
  await reach(dataSource);
  await synchronise(clock, dataSource);
  await refuseOldServer(dataSource);
}

async function reach(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.initialize();
  } catch (cause) {
    throw new DatabaseUnusable(
      `The database cannot be reached: ${reasonOf(cause)}\n  → check DATABASE_URL and that the server runs`,
      { cause },
    );
  }
}

/** Before anything is dated: every instance goes by the database's time. */
async function synchronise(clock: Clock, dataSource: DataSource): Promise<void> {
  const asked = clock.mark();
  const [row] = await dataSource.query<{ ms: number }[]>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
  );
  if (row) clock.correct(row.ms, asked);
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}

async function refuseOldServer(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ version: string }[]>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  if (Number(row?.version) >= OLDEST_VERSION) return;
  throw new DatabaseUnusable(
    'The database server is older than PostgreSQL 15.\n  → upgrade it, or point DATABASE_URL at a newer one',
  );
}
