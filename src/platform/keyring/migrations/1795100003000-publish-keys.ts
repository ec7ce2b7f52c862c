import { SqlMigration } from '../../database';

export class PublishKeys1795100003000 extends SqlMigration {
  override readonly statements = [
    // A command has no feed to tell the instances by; keys change too seldom for the lock that this takes to matter.
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
