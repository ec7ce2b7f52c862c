import { SqlMigration } from '../../platform/database';

export class CreateSessions1795000003000 extends SqlMigration {
  override readonly statements = [
    // A refresh changes no indexed column but last_used_on, and that once a day; free space on the page keeps the update in place (HOT).
    `CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      secret_digest bytea NOT NULL,
      generation integer NOT NULL,
      rotated_at timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL,
      authenticated_at timestamptz NOT NULL,
      methods text[] NOT NULL,
      created_at timestamptz NOT NULL,
      ends_at timestamptz,
      revoked_at timestamptz,
      ip_address text,
      user_agent text,
      last_used_on date GENERATED ALWAYS AS ((last_used_at AT TIME ZONE 'UTC')::date) STORED
    ) WITH (fillfactor = 80)`,
    // The sessions of a user in the order of their pages.
    'CREATE INDEX sessions_user ON sessions (user_id, id)',
    // What the purge reads.
    'CREATE INDEX sessions_last_used_on ON sessions (last_used_on)',
    'CREATE INDEX sessions_created_at ON sessions (created_at)',
    'CREATE INDEX sessions_ends_at ON sessions (ends_at) WHERE ends_at IS NOT NULL',
    'CREATE INDEX sessions_revoked_at ON sessions (revoked_at) WHERE revoked_at IS NOT NULL',
    // Publishes every revocation in its own transaction, also one by SQL of an operator.
    // Dated now at the earliest, whatever revoked_at says, because old changes are not kept.
    `CREATE FUNCTION publish_ended_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, changed_at)
      VALUES ('session-ended', OLD.id, greatest(NEW.revoked_at, clock_timestamp()));
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER sessions_revoked AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW
      WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION publish_ended_session()`,
    // A session that was not used for longer has no live access token that would have to be refused.
    `CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions FOR EACH ROW
      WHEN (OLD.revoked_at IS NULL AND OLD.last_used_at > now() - interval '2 hours') EXECUTE FUNCTION publish_ended_session()`,
  ];
}
