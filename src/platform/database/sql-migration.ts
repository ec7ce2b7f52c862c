import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A migration that is nothing but SQL statements, so that one altered after it ran can be told by their digest.
 * The class name ends in a 13-digit timestamp, which orders it among everybody's.
 */
export abstract class SqlMigration implements MigrationInterface {
  abstract readonly statements: readonly string[];

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of this.statements) await runner.query(statement);
  }

  // Data that a newer schema holds cannot be un-held; going back is restoring a backup.
  async down(): Promise<void> {
    throw new Error(`${this.constructor.name} only goes forward: restore a backup instead`);
  }

  /** SHA-256 of the statements, white space folded, hex. */
  get checksum(): string {
    const text = this.statements.map((statement) => statement.replace(/\s+/g, ' ').trim()).join('\n');
    return createHash('sha256').update(text).digest('hex');
  }
}
