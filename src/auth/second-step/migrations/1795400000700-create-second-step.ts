import { SqlMigration } from '../../../platform/database';

export class CreateSecondStep1795400000700 extends SqlMigration {
  override readonly statements = [
    // What a factor is made of is in a table of its kind, whose rows refer to this one and are deleted with it.
    `CREATE TABLE factors (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      kind text NOT NULL,
      name text,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz
    )`,
    'CREATE INDEX factors_user ON factors (user_id, id)',
    // A sign-in reads users.has_factor with the row of the user, so one without a factor costs no statement more. A factor of any kind
    // counts, also of one that this version does not know, and also one that an operator adds or deletes by SQL.
    `CREATE FUNCTION note_factors() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM FROM users WHERE id = coalesce(NEW.user_id, OLD.user_id) FOR NO KEY UPDATE;
      UPDATE users SET has_factor = EXISTS (SELECT FROM factors WHERE user_id = coalesce(NEW.user_id, OLD.user_id))
        WHERE id = coalesce(NEW.user_id, OLD.user_id);
      RETURN NULL;
    END $$`,
    `CREATE TRIGGER factors_noted AFTER INSERT OR DELETE ON factors FOR EACH ROW EXECUTE FUNCTION note_factors()`,
    `CREATE TABLE pending_sign_ins (
      digest bytea PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      session_id uuid,
      origin text NOT NULL,
      methods text[] NOT NULL,
      authenticated_at timestamptz NOT NULL,
      ends_at timestamptz,
      sessions_epoch integer NOT NULL,
      device text,
      is_suspicious boolean NOT NULL,
      attempts_left integer NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX pending_sign_ins_user ON pending_sign_ins (user_id, origin, expires_at)',
    'CREATE INDEX pending_sign_ins_expires_at ON pending_sign_ins (expires_at)',
  ];
}
