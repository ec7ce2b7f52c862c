import { Logger, type Type } from '@nestjs/common';
import pg from 'pg';
import { type DataSource, type MigrationInterface, QueryFailedError } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { Clock } from '../clock';
import { reasonOf } from '../errors';
import { pooledConnection } from './connection-config';
import type { DatabaseServer } from './database-server';
import type { DatabaseSettings } from './database.settings';
import { FairPool } from './fair-pool';
import { type MigrationRunner, SchemaMismatch } from './migrations';
import { checkSessions } from './session-check';

const logger = new Logger('Migrations');

const OLDEST_VERSION = 150_000;
/** insufficient_privilege; invalid_schema_name, where the role can see no schema */
const FORBIDDEN: ReadonlySet<unknown> = new Set(['42501', '3F000']);

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
    // The default logger prints a failed migration outside of the application's log.
    logger: 'debug',
    poolSize: settings.poolSize,
    extra: pooledConnection(url, settings),
  };
}

/**
 * Opens the pool, synchronises the clock with the database and migrates the schema. On failure it closes what it opened.
 * @throws DatabaseUnusable where it cannot be reached or is too old
 * @throws SchemaMismatch where the schema is not this build's
 */
export async function openDatabase(
  dataSource: DataSource,
  migrations: MigrationRunner,
  server: DatabaseServer,
  settings: DatabaseSettings,
  clock: Clock,
): Promise<void> {
  try {
    await connectDatabase(dataSource, clock);
    await refuseOtherSessions(dataSource, settings);
    for (const name of settings.migrateOnStart ? await migrate(migrations) : [])
      logger.log(`applied ${name}`);
    await migrations.verify();
  } catch (error) {
    // An error while closing must not replace the first one.
    if (dataSource.isInitialized) await dataSource.destroy().catch(() => undefined);
    await server.stop().catch(() => undefined);
    throw error;
  }
}

async function migrate(migrations: MigrationRunner): Promise<string[]> {
  try {
    return await migrations.run();
  } catch (cause) {
    if (cause instanceof SchemaMismatch) throw cause;
    const advice = adviceOn(cause);
    throw new DatabaseUnusable(`The schema cannot be brought up to date: ${reasonOf(cause)}\n  → ${advice}`, {
      cause,
    });
  }
}

function adviceOn(cause: unknown): string {
  if (!(cause instanceof QueryFailedError && FORBIDDEN.has(cause.driverError.code)))
    return 'check DATABASE_DIRECT_URL, or DATABASE_URL where that is not set, and the log of the server';
  return /schema/.test(cause.message)
    ? 'GRANT CREATE ON SCHEMA public TO that role, or let another one run npm run cli -- db:migrate'
    : 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO that role';
}

/** Opens the pool and synchronises the clock, without migrating; for inspection. */
export async function connectDatabase(dataSource: DataSource, clock: Clock): Promise<void> {
  await reach(dataSource);
  await synchronise(clock, dataSource);
  await refuseOldServer(dataSource);
}

/** Attempts at the first connection: a host that starts many processes at once may take longer than the timeout of one. */
const ATTEMPTS = 3;

async function reach(dataSource: DataSource, attempt = 1): Promise<void> {
  try {
    await dataSource.initialize();
  } catch (cause) {
    const reason = reasonOf(cause);
    if (/timeout/.test(reason) && attempt < ATTEMPTS) return reach(dataSource, attempt + 1);
    const advice = /unsupported startup parameter/.test(reason)
      ? 'a pooler does not accept the options of DATABASE_URL: remove them there, and use ALTER ROLE … SET'
      : 'check DATABASE_URL and that the server runs';
    throw new DatabaseUnusable(`The database cannot be reached: ${reason}\n  → ${advice}`, { cause });
  }
}

/** Before the first date is written: every instance uses the time of the database. */
async function synchronise(clock: Clock, dataSource: DataSource): Promise<void> {
  const asked = clock.read();
  const [row] = await dataSource.query<{ ms: number }[]>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
  );
  if (row) clock.synchronise(row.ms, asked);
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

/** Statements would run with other settings than they are written for, and without the documented timeouts. */
async function refuseOtherSessions(dataSource: DataSource, settings: DatabaseSettings): Promise<void> {
  const fault = await checkSessions(dataSource, settings);
  if (fault)
    throw new DatabaseUnusable(`The database cannot be used: ${fault.message}.\n  → ${fault.advice}`);
}
