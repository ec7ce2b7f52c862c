import { SqlMigration } from '../../../platform/database';

export class CreateAudit1795400001000 extends SqlMigration {
  override readonly statements = [
    // No foreign key to users: what happened outlives whom it happened to. `details` is json and not jsonb, which keeps the
    // text as it was sealed.
    `CREATE TABLE audit_events (
      id uuid PRIMARY KEY,
      occurred_at timestamptz NOT NULL,
      type text NOT NULL,
      outcome text NOT NULL,
      actor_id uuid,
      subject_id uuid,
      session_id uuid,
      request_id text,
      details json NOT NULL,
      commitment bytea,
      seal bytea NOT NULL,
      sequence bigint UNIQUE,
      chain bytea
    )`,
    'CREATE INDEX audit_events_subject ON audit_events (subject_id, id)',
    'CREATE INDEX audit_events_actor ON audit_events (actor_id, id)',
    'CREATE INDEX audit_events_type ON audit_events (type, id)',
    'CREATE INDEX audit_events_unsealed ON audit_events (id) WHERE sequence IS NULL',
    `CREATE TABLE audit_personal (
      event_id uuid PRIMARY KEY REFERENCES audit_events (id) ON DELETE CASCADE,
      user_id uuid,
      salt bytea NOT NULL,
      ip_address text,
      user_agent text
    )`,
    'CREATE INDEX audit_personal_user ON audit_personal (user_id, event_id)',
    `CREATE TABLE audit_head (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      sequence bigint NOT NULL,
      chain bytea NOT NULL
    )`,
    `INSERT INTO audit_head (sequence, chain) VALUES (0, decode(repeat('00', 32), 'hex'))`,
    // Deferred to the end of the transaction, so it also erases the fields of events recorded in it after the deletion.
    `CREATE FUNCTION erase_audit_personal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      DELETE FROM audit_personal WHERE user_id = OLD.id;
      RETURN NULL;
    END $$`,
    `CREATE CONSTRAINT TRIGGER users_audit_erased AFTER DELETE ON users DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION erase_audit_personal()`,
  ];
}
