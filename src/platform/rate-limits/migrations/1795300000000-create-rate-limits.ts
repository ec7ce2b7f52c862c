import { SqlMigration } from '../../database';

export class CreateRateLimits1795300000000 extends SqlMigration {
  override readonly statements = [
    // Keys are digests, so the table does not reveal who attempted what from where. The fill factor allows HOT updates.
    `CREATE TABLE rate_limits (
      key bytea PRIMARY KEY,
      used integer NOT NULL,
      strikes integer NOT NULL,
      blocked boolean NOT NULL,
      until timestamptz NOT NULL
    ) WITH (fillfactor = 70)`,
  ];
}
