import { SqlMigration } from '../../database';

export class CreateMails1795200000000 extends SqlMigration {
  override readonly statements = [
    // The recipient and the content are encrypted: a link in them opens an account. Keyed hashes tell which mails go to the same mailbox
    // or domain, so that these can be limited.
    `CREATE TABLE mails (
      id uuid PRIMARY KEY,
      kind text NOT NULL,
      sealed bytea NOT NULL,
      mailbox bytea NOT NULL,
      domain bytea NOT NULL,
      attempts integer NOT NULL,
      created_at timestamptz NOT NULL,
      due_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX mails_due ON mails (attempts, due_at, id)',
    'CREATE INDEX mails_mailbox ON mails (mailbox)',
  ];
}
