import { CLOCK_SKEW_SECONDS } from '../access';
import type { Statement } from '../platform/database';

const COLUMNS = `s.id, s.user_id AS "userId", s.methods, s.authenticated_at AS "authenticatedAt", s.created_at AS "createdAt",
  s.ends_at AS "endsAt"`;
const LIVE =
  's.revoked_at IS NULL AND s.last_used_at > $5 AND s.created_at > $6 AND (s.ends_at IS NULL OR s.ends_at > $4)';
const MAY_GO_ON = `u.status = 'active' AND (u.email_verified OR NOT $10)`;
// A rotation dated in the future was written under a clock that has gone back since, so its age is unknown.
const REPLAYED = `s.generation = $3 + 1 AND s.rotated_at BETWEEN $7 AND $4::timestamptz + make_interval(secs => ${CLOCK_SKEW_SECONDS})`;

// Compares the epoch that was read before the credentials were checked. Revoking all sessions raises the epoch first, so either
// it sees this row, or this statement sees the raised epoch. Opens nothing past a factor, also where it was added in the meantime.
export const OPEN: Statement = {
  name: 'session-open',
  text: `
    INSERT INTO sessions (id, user_id, secret_digest, generation, methods, rotated_at, last_used_at, authenticated_at,
      created_at, ip_address, user_agent, ends_at)
    SELECT $1, id, $3, 0, $4, $5, $5, $9, $5, $6, $7, $10 FROM users
    WHERE id = $2 AND status = 'active' AND sessions_epoch = $8 AND (NOT has_factor OR $11)
    FOR SHARE RETURNING id`,
};

// Locks the row before it decides, so of any number of parallel refreshes one rotates and the others see that it did.
// Reads the user in the same statement, so that a refresh is one round trip.
export const ROTATE: Statement = {
  name: 'session-rotate',
  text: `
    WITH presented AS (
      SELECT s.*, u.access_version, u.roles, CASE
          WHEN NOT (${LIVE}) OR s.generation < $3 THEN 'refused'
          WHEN s.generation = $3 THEN 'rotated'
          WHEN ${REPLAYED} THEN 'replayed'
          ELSE 'reused'
        END AS outcome
      FROM sessions s JOIN users u ON u.id = s.user_id AND ${MAY_GO_ON}
      WHERE s.id = $1 AND s.secret_digest = $2 FOR NO KEY UPDATE OF s
    ), written AS (
      UPDATE sessions s SET
        generation = CASE p.outcome WHEN 'rotated' THEN s.generation + 1 ELSE s.generation END,
        rotated_at = CASE p.outcome WHEN 'rotated' THEN $4 ELSE s.rotated_at END,
        last_used_at = CASE p.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END,
        revoked_at = CASE p.outcome WHEN 'reused' THEN $4 END,
        ip_address = CASE p.outcome WHEN 'rotated' THEN $8 ELSE s.ip_address END, user_agent = CASE p.outcome WHEN 'rotated' THEN $9 ELSE s.user_agent END
      FROM presented p WHERE s.id = p.id AND p.outcome IN ('rotated', 'reused')
    )
    SELECT s.outcome, ${COLUMNS}, s.access_version AS "accessVersion", s.roles, $3::integer + 1 AS generation,
      CASE s.outcome WHEN 'rotated' THEN greatest(s.last_used_at, $4) ELSE s.last_used_at END AS "lastUsedAt"
    FROM presented s`,
};

// An access token may be older than the refresh token beside it, so an earlier generation is no sign of theft here. A
// request whose answer was lost gets the same generation again instead of one more.
export const RENEW: Statement = {
  name: 'session-renew',
  text: `
    UPDATE sessions s SET
      generation = CASE WHEN ${REPLAYED} THEN s.generation ELSE s.generation + 1 END,
      rotated_at = CASE WHEN ${REPLAYED} THEN s.rotated_at ELSE $4 END,
      last_used_at = greatest(s.last_used_at, $4), authenticated_at = greatest(s.authenticated_at, $12), methods = $13,
      ip_address = $8, user_agent = $9
    FROM users u
    WHERE s.id = $1 AND s.secret_digest = $2 AND s.generation >= $3 AND ${LIVE}
      AND s.generation < 2147483647 AND u.id = s.user_id AND ${MAY_GO_ON} AND u.sessions_epoch = $11
      AND (NOT u.has_factor OR $14)
    RETURNING ${COLUMNS}, u.access_version AS "accessVersion", u.roles, s.generation, s.last_used_at AS "lastUsedAt"`,
};

export const REVOKE_PRESENTED: Statement = {
  name: 'session-revoke-presented',
  text: `UPDATE sessions SET revoked_at = $4
    WHERE id = $1 AND secret_digest = $2 AND generation >= $3 AND revoked_at IS NULL
    RETURNING id, user_id AS "userId"`,
};
