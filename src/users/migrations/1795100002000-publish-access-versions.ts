import { SqlMigration } from '../../platform/database';

export class PublishAccessVersions1795100002000 extends SqlMigration {
  override readonly statements = [
    // Dated now at the earliest: SQL of an operator's may leave the row's own instant behind, and what looks old is not kept.
    `CREATE FUNCTION publish_access_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, version, changed_at)
      VALUES ('access-version', NEW.id, NEW.access_version, greatest(NEW.updated_at, clock_timestamp()));
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER users_access_version AFTER UPDATE OF access_version ON users FOR EACH ROW
      WHEN (OLD.access_version <> NEW.access_version) EXECUTE FUNCTION publish_access_version()`,
  ];
}
