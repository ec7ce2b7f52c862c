import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A migration of SQL statements only, so that a digest of the statements detects an alteration after it was applied.
 * The class name ends in a 13-digit timestamp, which defines the order of all migrations.
 */
export abstract class SqlMigration implements MigrationInterface {
  abstract readonly statements: readonly string[];

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of this.statements) await runner.query(statement);
  }

  // Reverting would lose data of the newer schema. To go back, restore a backup.
  async down(): Promise<void> {
    throw new Error(`${this.constructor.name} only goes forward: restore a backup instead`);
  }

  /** SHA-256 of the statements with white space collapsed, in hex. */
  get checksum(): string {
    const text = this.statements.map((statement) => statement.replace(/\s+/g, ' ').trim()).join('\n');
    return createHash('sha256').update(text).digest('hex');
  }
}
