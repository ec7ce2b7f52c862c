import { Injectable } from '@nestjs/common';
import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { unlimitedConnection } from './connection-config';
import { DatabaseSettings } from './database.settings';
import { SqlMigration } from './sql-migration';

/** The schema compared with this build's migrations, by migration name. */
export interface MigrationState {
  /** Migrations of this build that were applied and are unaltered. */
  readonly applied: readonly string[];
  /** Migrations of this build that are not applied. */
  readonly missing: readonly string[];
  /** Migrations of this build whose name was applied with other statements. */
  readonly altered: readonly string[];
  /** Applied migrations that this build does not have: those of a newer build during a rolling deployment, for example. */
  readonly unknown: readonly string[];
}

/** The schema is not the one this build was written for. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

// Any fixed number works; this is "gatehous" in ASCII, below the sign bit.
const LOCK = '7449363236164072819';

/** Migrates the schema to this build's state, one instance at a time, and refuses a schema in another state. */
@Injectable()
export class MigrationRunner {
  /** The names of the migrations that this process applied. */
  readonly appliedHere: string[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: DatabaseSettings,
  ) {}

  /**
   * Applies the missing migrations in order of timestamp, each in its own transaction.
   * @returns the names of the applied ones
   * @throws SchemaMismatch where an applied migration was altered and others are missing
   */
  async run(): Promise<string[]> {
    if (await this.isSettled()) return [];
    return this.locked(async (runner) => {
      refuse({ ...(await this.stateBy(runner)), missing: [] });
      const executor = new MigrationExecutor(this.dataSource, runner);
      executor.transaction = 'each';
      let applied: string[];
      try {
        applied = (await executor.executePendingMigrations()).map(({ name }) => name);
      } catch (error) {
        // For the migrations before the failed one. There may be none, and the table may not exist.
        await this.recordChecksums(runner).catch(() => undefined);
        throw error;
      }
      await this.recordChecksums(runner);
      this.appliedHere.push(...applied);
      return applied;
    });
  }

  /** @throws SchemaMismatch where a migration of this build is missing or altered */
  async verify(): Promise<void> {
    refuse(await this.state());
  }

  async state(): Promise<MigrationState> {
    return this.using((runner) => this.stateBy(runner));
  }

  private async using<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(runner);
    } finally {
      await runner.release();
    }
  }

  /** Whether all are applied, as at nearly every start. */
  private async isSettled(): Promise<boolean> {
    const recorded = await this.using((runner) => this.recorded(runner));
    return this.dataSource.migrations.every((migration) => {
      const checksum = recorded.get(nameOf(migration));
      return checksum !== undefined && !(migration instanceof SqlMigration && checksum === null);
    });
  }

  private async stateBy(runner: QueryRunner): Promise<MigrationState> {
    const recorded = await this.recorded(runner);
    const ours = this.dataSource.migrations.map((migration) => ({ migration, name: nameOf(migration) }));
    const names = new Set(ours.map(({ name }) => name));
    const isAltered = ({ migration, name }: (typeof ours)[number]) => differs(migration, recorded.get(name));
    return {
      applied: ours.filter((one) => recorded.has(one.name) && !isAltered(one)).map(({ name }) => name),
      missing: ours.filter(({ name }) => !recorded.has(name)).map(({ name }) => name),
      altered: ours.filter(isAltered).map(({ name }) => name),
      unknown: [...recorded.keys()].filter((name) => !names.has(name)),
    };
  }

  private async recorded(runner: QueryRunner): Promise<Map<string, string | null>> {
    const [table] = (await runner.query(`SELECT to_regclass('migrations') AS name`)) as {
      name: string | null;
    }[];
    if (!table?.name) return new Map();
    // to_jsonb reads the column only where it exists: a first start may have been killed before it was added.
    const rows = (await runner.query(
      `SELECT name, to_jsonb(m) ->> 'checksum' AS checksum FROM migrations m`,
    )) as {
      name: string;
      checksum: string | null;
    }[];
    return new Map(rows.map(({ name, checksum }) => [name, checksum]));
  }

  private async recordChecksums(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE migrations ADD COLUMN IF NOT EXISTS checksum text');
    for (const migration of this.dataSource.migrations) {
      if (!(migration instanceof SqlMigration)) continue;
      await runner.query('UPDATE migrations SET checksum = $2 WHERE name = $1 AND checksum IS NULL', [
        nameOf(migration),
        migration.checksum,
      ]);
    }
  }

  /**
   * Instances that start together migrate one after the other, without a timeout. So this does not use the pool, whose
   * connections have the timeouts of requests.
   */
  private async locked<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const options = this.dataSource.options as PostgresDataSourceOptions;
    const extra = unlimitedConnection(options.url ?? '', this.settings);
    const patient = new DataSource({ ...options, poolSize: 1, extra });
    const runner = (await patient.initialize()).createQueryRunner();
    try {
      await runner.query(`SELECT pg_advisory_lock(${LOCK})`);
      return await work(runner);
    } finally {
      // The lock ends with the connection.
      await runner.release();
      await patient.destroy().catch(() => undefined);
    }
  }
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

function differs(migration: MigrationInterface, recorded: string | null | undefined): boolean {
  return migration instanceof SqlMigration && typeof recorded === 'string' && recorded !== migration.checksum;
}

function refuse({ missing, altered }: Pick<MigrationState, 'missing' | 'altered'>): void {
  const faults = [
    missing.length > 0 &&
      `Not applied to the database yet: ${missing.join(', ')}.\n  → npm run cli -- db:migrate`,
    altered.length > 0 &&
      `Changed since they were applied: ${altered.join(', ')}.\n  → put the former statements back, and make the change a new migration`,
  ].filter((fault) => fault !== false);
  if (faults.length > 0)
    throw new SchemaMismatch(`The database schema does not fit this build.\n${faults.join('\n')}`);
}
