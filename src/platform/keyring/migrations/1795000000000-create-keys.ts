import { SqlMigration } from '../../database';

export class CreateKeys1795000000000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE keys (
      id text PRIMARY KEY,
      purpose text NOT NULL,
      algorithm text NOT NULL,
      wrapped bytea NOT NULL,
      wrapped_by text NOT NULL,
      created_at timestamptz NOT NULL
    )`,
    'CREATE INDEX keys_purpose ON keys (purpose, created_at)',
    // A command runs no change feed, so the trigger notifies. Keys change too rarely for the lock of NOTIFY to matter.
    `CREATE FUNCTION publish_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, changed_at)
      VALUES ('key', coalesce(NEW.purpose, OLD.purpose), clock_timestamp());
      PERFORM pg_notify('gatehouse_changes', '');
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER keys_changed AFTER INSERT OR DELETE OR UPDATE OF purpose ON keys
      FOR EACH ROW EXECUTE FUNCTION publish_key()`,
  ];
}
