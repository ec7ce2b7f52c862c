import { SqlMigration } from '../../../src/platform/database';

export class CreateNotes1795600000000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE notes (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id),
      title text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL
    )`,
    'CREATE INDEX notes_of_user ON notes (user_id, id)',
  ];
}
