import { SqlMigration } from '../../platform/database';

export class AddEpochsAndFormerEmails1795200002000 extends SqlMigration {
  override readonly statements = [
    `ALTER TABLE users
      ADD COLUMN sessions_epoch integer NOT NULL DEFAULT 0,
      ADD COLUMN devices_epoch integer NOT NULL DEFAULT 0`,
    `CREATE TABLE former_emails (
      email text PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      reserved_until timestamptz NOT NULL
    )`,
    'CREATE INDEX former_emails_user ON former_emails (user_id)',
  ];
}
