import { SqlMigration } from '../../platform/database';

export class CreateUsers1795000001000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE users (
      id uuid PRIMARY KEY,
      email text NOT NULL UNIQUE,
      email_verified boolean NOT NULL,
      display_name text,
      status text NOT NULL CHECK (status IN ('active', 'disabled')),
      access_version integer NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    )`,
    // Finds addresses by their beginning, which the index of the UNIQUE does in the collation C alone.
    'CREATE INDEX users_email_prefix ON users (email text_pattern_ops)',
    // Few are, and a list of them is read in this order.
    `CREATE INDEX users_disabled ON users (id) WHERE status = 'disabled'`,
  ];
}
