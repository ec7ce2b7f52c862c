import { SqlMigration } from '../../platform/database';

export class CreateCredentials1795000002000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE credentials (
      user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
      hash text NOT NULL,
      changed_at timestamptz NOT NULL
    )`,
    `CREATE TABLE registration_attempts (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      hash text NOT NULL,
      display_name text,
      created_at timestamptz NOT NULL
    )`,
    'CREATE INDEX registration_attempts_user ON registration_attempts (user_id)',
  ];
}
