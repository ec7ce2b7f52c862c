import { SqlMigration } from '../../platform/database';

export class CreateRoles1795400000600 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE roles (
      id uuid NOT NULL UNIQUE,
      name text PRIMARY KEY,
      description text,
      permissions text[] NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    )`,
    `INSERT INTO roles VALUES ('00000000-0000-7000-8000-000000000000', 'admin', 'May do everything', '{}', now(), now())`,
    // Publishes every change of a role to all instances, also one by SQL of an operator.
    `CREATE FUNCTION publish_role() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, changed_at)
      VALUES ('role', coalesce(NEW.name, OLD.name), clock_timestamp());
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER roles_changed AFTER INSERT OR UPDATE OR DELETE ON roles
      FOR EACH ROW EXECUTE FUNCTION publish_role()`,
  ];
}
