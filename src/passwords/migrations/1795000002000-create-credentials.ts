import { SqlMigration } from '../../platform/database';

export class CreateCredentials1795000002000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE credentials (
      user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
      hash text NOT NULL,
      changed_at timestamptz NOT NULL
    )`,
  ];
}
