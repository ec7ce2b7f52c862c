import type { Statement } from '../platform/database';

const COLUMNS = `id, email, email_verified AS "emailVerified", display_name AS "displayName", status, roles,
      access_version AS "accessVersion", sessions_epoch AS "sessionsEpoch", devices_epoch AS "devicesEpoch",
      created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A row whether or not there is somebody: nobody can tell by the time it takes to read one. */
export const USER_BY_EMAIL: Statement = {
  name: 'user-by-email',
  text: `
    SELECT ${COLUMNS}
    FROM (SELECT) AS always LEFT JOIN users ON email = $1`,
};

/**
 * Those of the newest rows that fit, in order: all that a page needs where many users fit.
 * @param conditions on the columns, joined by AND
 */
export const AMONG_NEWEST = (conditions: string, rows: number, limit: number): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM (SELECT * FROM users WHERE id < $1 ORDER BY id DESC LIMIT ${rows}) AS newest
    WHERE ${conditions} ORDER BY id DESC LIMIT ${limit}`,
});

/**
 * All that fit, found by their own index and then put in order. With one ORDER BY and LIMIT the planner takes matches for evenly
 * spread, walks the primary key until it has enough of them, and reads the whole table where they are rare or old.
 */
export const AMONG_ALL = (conditions: string, limit: number): Statement => ({
  text: `
    WITH found AS MATERIALIZED (SELECT id FROM users WHERE ${conditions} AND id < $1)
    SELECT ${COLUMNS} FROM users WHERE id IN (SELECT id FROM found ORDER BY id DESC LIMIT ${limit}) ORDER BY id DESC`,
});

export const DROP_ROLE: Statement = {
  name: 'user-drop-role',
  text: `
    UPDATE users SET roles = array_remove(roles, $1), updated_at = $2
    WHERE id IN (SELECT id FROM users WHERE roles @> ARRAY[$1] ORDER BY id LIMIT $3 FOR UPDATE)
    RETURNING id`,
};
