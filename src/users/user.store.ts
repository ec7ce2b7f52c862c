import type { Statement } from '../platform/database';

/** A row whether or not there is somebody: nobody can tell by the time it takes to read one. */
export const USER_BY_EMAIL: Statement = {
  name: 'user-by-email',
  text: `
    SELECT id, email, email_verified AS "emailVerified", display_name AS "displayName", status, roles,
      access_version AS "accessVersion", sessions_epoch AS "sessionsEpoch", devices_epoch AS "devicesEpoch",
      created_at AS "createdAt", updated_at AS "updatedAt"
    FROM (SELECT) AS always LEFT JOIN users ON email = $1`,
};

export const DROP_ROLE: Statement = {
  name: 'user-drop-role',
  text: `
    UPDATE users SET roles = array_remove(roles, $1), updated_at = $2
    WHERE id IN (SELECT id FROM users WHERE roles @> ARRAY[$1] ORDER BY id LIMIT $3 FOR UPDATE)
    RETURNING id`,
};
