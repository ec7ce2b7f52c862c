import { SqlMigration } from '../../database';

export class CreateAttempts1795300000000 extends SqlMigration {
  override readonly statements = [
    // Keys are digests: nobody reads from it who tried to sign in from where. Rewritten all the time, in place (HOT).
    `CREATE TABLE attempts (
      key bytea PRIMARY KEY,
      used integer NOT NULL,
      strikes integer NOT NULL,
      blocked boolean NOT NULL,
      until timestamptz NOT NULL
    ) WITH (fillfactor = 70)`,
  ];
}
