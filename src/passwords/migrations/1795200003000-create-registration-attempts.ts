import { SqlMigration } from '../../platform/database';

export class CreateRegistrationAttempts1795200003000 extends SqlMigration {
  override readonly statements = [
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
