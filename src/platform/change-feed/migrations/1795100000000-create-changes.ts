import { SqlMigration } from '../../database';

export class CreateChanges1795100000000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE changes (
      id bigint GENERATED ALWAYS AS IDENTITY,
      transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
      topic text NOT NULL,
      subject text NOT NULL,
      version integer,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (transaction_id, id)
    )`,
    'CREATE INDEX changes_changed_at ON changes (changed_at)',
  ];
}
