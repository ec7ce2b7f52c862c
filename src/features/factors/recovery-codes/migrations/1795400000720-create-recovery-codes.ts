import { SqlMigration } from '../../../../platform/database';

export class CreateRecoveryCodes1795400000720 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE recovery_codes (
      digest bytea PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE
    )`,
    'CREATE INDEX recovery_codes_user ON recovery_codes (user_id)',
  ];
}
