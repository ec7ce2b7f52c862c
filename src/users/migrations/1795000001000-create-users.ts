import { SqlMigration } from '../../platform/database';

export class CreateUsers1795000001000 extends SqlMigration {
  override readonly statements = [
    // Roles by name, beside the version that counts their changes: a login and a refresh read both with the user's row.
    `CREATE TABLE users (
      id uuid PRIMARY KEY,
      email text NOT NULL UNIQUE,
      email_verified boolean NOT NULL,
      display_name text,
      status text NOT NULL CHECK (status IN ('active', 'disabled')),
      access_version integer NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      sessions_epoch integer NOT NULL DEFAULT 0,
      devices_epoch integer NOT NULL DEFAULT 0,
      roles text[] NOT NULL DEFAULT '{}',
      has_factor boolean NOT NULL DEFAULT false
    )`,
    // Finds addresses by prefix, which the UNIQUE index does in the collation C only.
    'CREATE INDEX users_email_prefix ON users (email text_pattern_ops)',
    // Few users are disabled, and a list of them is read in this order.
    `CREATE INDEX users_disabled ON users (id) WHERE status = 'disabled'`,
    'CREATE INDEX users_roles ON users USING gin (roles)',
    // Makes earlier access tokens stale whenever roles or status change, also by SQL of an operator.
    `CREATE FUNCTION raise_access_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.access_version := OLD.access_version + 1;
      RETURN NEW;
    END $$`,
    `CREATE TRIGGER users_rights BEFORE UPDATE ON users FOR EACH ROW
      WHEN ((OLD.roles, OLD.status) IS DISTINCT FROM (NEW.roles, NEW.status) AND OLD.access_version = NEW.access_version)
      EXECUTE FUNCTION raise_access_version()`,
    // Dated now at the earliest: SQL of an operator may leave updated_at as it was, and old changes are not kept.
    `CREATE FUNCTION publish_access_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, version, changed_at)
      VALUES ('access-version', NEW.id, NEW.access_version, greatest(NEW.updated_at, clock_timestamp()));
      RETURN NULL;
    END $$`,
    // On any update, because UPDATE OF does not name a column that another trigger changes.
    `CREATE TRIGGER users_access_version AFTER UPDATE ON users FOR EACH ROW
      WHEN (OLD.access_version <> NEW.access_version) EXECUTE FUNCTION publish_access_version()`,
    `CREATE TABLE former_emails (
      email text PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      reserved_until timestamptz NOT NULL
    )`,
    'CREATE INDEX former_emails_user ON former_emails (user_id)',
  ];
}
