import { SqlMigration } from '../../database';

export class CreateUpkeep1795100000500 extends SqlMigration {
  override readonly statements = [
    'CREATE TABLE upkeep (task text PRIMARY KEY, begun_at timestamptz NOT NULL)',
  ];
}
