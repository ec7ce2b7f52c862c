import { SqlMigration } from '../../platform/database';

export class AddRoles1795400000500 extends SqlMigration {
  override readonly statements = [
    // Names, beside the version that counts their changes: signing in and refreshing read both with the row they read anyway.
    `ALTER TABLE users ADD COLUMN roles text[] NOT NULL DEFAULT '{}'`,
    'CREATE INDEX users_roles ON users USING gin (roles)',
    // Whoever changes what a user may do, an operator's own SQL too: access tokens from before are stale.
    `CREATE FUNCTION raise_access_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.access_version := OLD.access_version + 1;
      RETURN NEW;
    END $$`,
    `CREATE TRIGGER users_rights BEFORE UPDATE ON users FOR EACH ROW
      WHEN ((OLD.roles, OLD.status) IS DISTINCT FROM (NEW.roles, NEW.status) AND OLD.access_version = NEW.access_version)
      EXECUTE FUNCTION raise_access_version()`,
    // Of any update: what a trigger raises stands in no list of columns.
    'DROP TRIGGER users_access_version ON users',
    `CREATE TRIGGER users_access_version AFTER UPDATE ON users FOR EACH ROW
      WHEN (OLD.access_version <> NEW.access_version) EXECUTE FUNCTION publish_access_version()`,
  ];
}
