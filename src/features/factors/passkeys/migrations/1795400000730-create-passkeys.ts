import { SqlMigration } from '../../../../platform/database';

export class CreatePasskeys1795400000730 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE passkeys (
      factor_id uuid PRIMARY KEY REFERENCES factors (id) ON DELETE CASCADE,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      credential_id bytea NOT NULL UNIQUE,
      public_key bytea NOT NULL,
      sign_count bigint NOT NULL,
      backup_eligible boolean NOT NULL,
      backed_up boolean NOT NULL,
      transports text[] NOT NULL,
      aaguid uuid NOT NULL,
      rp_id text NOT NULL,
      alone boolean NOT NULL DEFAULT true
    )`,
    'CREATE INDEX passkeys_user ON passkeys (user_id)',
    // A random name of the user for authenticators: no id, since a passkey on a shared device must not identify the account elsewhere.
    `CREATE TABLE webauthn_handles (
      user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
      handle bytea NOT NULL UNIQUE
    )`,
    `CREATE TABLE spent_challenges (
      digest bytea PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX spent_challenges_expires_at ON spent_challenges (expires_at)',
  ];
}
