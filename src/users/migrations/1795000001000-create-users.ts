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
  ];
}
