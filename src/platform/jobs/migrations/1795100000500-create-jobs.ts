import { SqlMigration } from '../../database';

export class CreateJobs1795100000500 extends SqlMigration {
  override readonly statements = [
    'CREATE TABLE jobs (name text PRIMARY KEY, started_at timestamptz NOT NULL)',
  ];
}
