import { SqlMigration } from '../../platform/database';

export class CreateSessions1795000003000 extends SqlMigration {
  override readonly statements = [
    // Every refresh rewrites its row without touching an indexed column; room on the page keeps that update in place (HOT).
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
      revoked_at timestamptz
    ) WITH (fillfactor = 80)`,
    'CREATE INDEX sessions_user ON sessions (user_id)',
    'CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL',
  ];
}
