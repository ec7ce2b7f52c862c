import { SqlMigration } from '../../database';

export class CreateOneTimeTokens1795200001000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE one_time_tokens (
      digest bytea PRIMARY KEY,
      purpose text NOT NULL,
      user_id uuid NOT NULL,
      details jsonb NOT NULL,
      lasting boolean NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id, purpose)',
  ];
}
