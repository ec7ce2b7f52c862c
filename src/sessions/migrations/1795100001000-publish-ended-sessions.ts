import { SqlMigration } from '../../platform/database';

export class PublishEndedSessions1795100001000 extends SqlMigration {
  override readonly statements = [
    // Whoever ends a session, an operator's own SQL too: the instances learn of it in the same transaction or not at all.
    // Dated now at the earliest, whatever instant is written, since what looks old is not kept.
    `CREATE FUNCTION publish_ended_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO changes (topic, subject, changed_at)
      VALUES ('session-ended', OLD.id, greatest(NEW.revoked_at, clock_timestamp()));
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER sessions_revoked AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW
      WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION publish_ended_session()`,
    // One that was not used for longer has no access token alive that anybody would have to refuse.
    `CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions FOR EACH ROW
      WHEN (OLD.revoked_at IS NULL AND OLD.last_used_at > now() - interval '2 hours') EXECUTE FUNCTION publish_ended_session()`,
    // Nobody looks for revoked sessions by time any more.
    'DROP INDEX sessions_revoked',
    // The sessions of a user in the order of their pages.
    'DROP INDEX sessions_user',
    'CREATE INDEX sessions_user ON sessions (user_id, id)',
    'ALTER TABLE sessions ADD COLUMN ip_address text, ADD COLUMN user_agent text',
  ];
}
