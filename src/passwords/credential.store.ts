import type { Statement } from '../platform/database';

/** Always returns one row, so that response time does not reveal whether the user has a password. */
export const CREDENTIAL_OF_USER: Statement = {
  name: 'credential-of-user',
  text: `
    SELECT user_id AS "userId", hash, changed_at AS "changedAt"
    FROM (SELECT) AS always LEFT JOIN credentials ON user_id = $1`,
};

export const STORE_CREDENTIAL: Statement = {
  name: 'store-credential',
  text: `
    INSERT INTO credentials (user_id, hash, changed_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
};

export const STORE_CREDENTIALS: Statement = {
  name: 'store-credentials',
  text: `
    INSERT INTO credentials (user_id, hash, changed_at)
    SELECT user_id, hash, $3 FROM unnest($1::uuid[], $2::text[]) AS given (user_id, hash)`,
};

/**
 * Counts hashes by format, with a sample of each. `keyId` is null for plain hashes, `cost` for hashes that are not bcrypt. The part
 * between algorithm and salt distinguishes parameters.
 */
export const COUNT_BY_FORM: Statement = {
  text: `
    SELECT "keyId", substring(rest FROM '^[$]([A-Za-z0-9-]+)[$]') AS algorithm,
      substring(rest FROM '^[$]2[aby][$](0[4-9]|[12][0-9]|3[01])[$][./A-Za-z0-9]{53}$')::integer AS cost,
      substring(rest FROM '^[$][A-Za-z0-9-]+[$]([^$]*=[^$]*)[$]') AS parameters,
      count(*)::integer AS count, min(hash) AS sample
    FROM (
      SELECT hash, substring(hash FROM '^[$]gatehouse[$]k=([^$]+)[$]') AS "keyId",
        regexp_replace(hash, '^[$]gatehouse[$]k=[^$]+', '') AS rest
      FROM credentials
    ) AS forms
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
};
