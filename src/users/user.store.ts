import type { Statement } from '../platform/database';

const COLUMNS = `id, email, email_verified AS "emailVerified", display_name AS "displayName", status, roles,
      access_version AS "accessVersion", sessions_epoch AS "sessionsEpoch", devices_epoch AS "devicesEpoch", has_factor AS "hasFactor",
      created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Always returns one row, so that response time does not reveal whether the account exists. */
export const USER_BY_EMAIL: Statement = {
  name: 'user-by-email',
  text: `
    SELECT ${COLUMNS}
    FROM (SELECT) AS always LEFT JOIN users ON email = $1`,
};

/**
 * Searches the newest rows in order, which fills a page where many users match.
 * @param conditions on the columns, joined by AND
 */
export const AMONG_NEWEST = (conditions: string, rows: number, limit: number): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM (SELECT * FROM users WHERE id < $1 ORDER BY id DESC LIMIT ${rows}) AS newest
    WHERE ${conditions} ORDER BY id DESC LIMIT ${limit}`,
});

/**
 * Finds all matches by their index, then sorts them. With a single ORDER BY and LIMIT the planner assumes evenly spread matches, walks
 * the primary key and reads the whole table where matches are rare or old.
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
