import type { TestApp } from './app';

/** What setting a password writes, once no mail is on its way. */
export async function writtenBy(app: TestApp): Promise<object | undefined> {
  await app.mailsSent();
  const [row] = await app.query(
    `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM mails) AS mails,
      (SELECT count(*) FROM registration_attempts) AS attempts, (SELECT count(*) FROM one_time_tokens) AS links,
      (SELECT string_agg(hash, ' ' ORDER BY user_id) FROM credentials) AS hashes`,
  );
  return row;
}
