import { SqlMigration } from '../../database';

export class CreateMails1795200000000 extends SqlMigration {
  override readonly statements = [
    // Whom it is for and what it says lie sealed: a link in it opens an account.
    `CREATE TABLE mails (
      id uuid PRIMARY KEY,
      kind text NOT NULL,
      sealed bytea NOT NULL,
      attempts integer NOT NULL,
      created_at timestamptz NOT NULL,
      due_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX mails_due ON mails (attempts, due_at, id)',
  ];
}
