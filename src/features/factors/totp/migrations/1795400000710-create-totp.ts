import { SqlMigration } from '../../../../platform/database';

export class CreateTotp1795400000710 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE totp_secrets (
      factor_id uuid PRIMARY KEY REFERENCES factors (id) ON DELETE CASCADE,
      user_id uuid NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
      secret bytea NOT NULL,
      last_step bigint NOT NULL
    )`,
  ];
}
