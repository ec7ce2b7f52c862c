import { SqlMigration } from '../../database';

export class CreateKeys1795000000000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE keys (
      id text PRIMARY KEY,
      purpose text NOT NULL,
      algorithm text NOT NULL,
      wrapped bytea NOT NULL,
      wrapped_by text NOT NULL,
      created_at timestamptz NOT NULL
    )`,
    'CREATE INDEX keys_purpose ON keys (purpose, created_at)',
  ];
}
