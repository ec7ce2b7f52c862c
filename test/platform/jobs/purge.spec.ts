import type { Client } from 'pg';
import { JobScheduler } from '../../../src/platform/jobs';
import { PURGE_SESSIONS } from '../../../src/sessions/sessions.jobs';
import type { TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { readJws } from '../../support/jws';
import { Others } from '../../support/others';
import { expectProblem } from '../../support/problem';

const HOUR_MS = 3_600_000;

let app: TestApp;
let others: Others;
let other: Client;

beforeAll(async () => {
  app = await startApp();
  others = new Others(app.databaseUrl);
  other = await others.connect();
});

afterAll(async () => {
  await others.close();
  await app.close();
});

describe('the purge deletes', () => {
  const count = async (text: string) => {
    const { rows } = await other.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${text}`);
    return rows[0]?.count;
  };
  /** By the clock of the application, which the tests before have moved. */
  const runJobs = async () => {
    app.clock.advance({ hours: 1 });
    await app.nest.get(JobScheduler).run();
  };
  const at = (agoMs: number) => new Date(app.clock.nowMs() + HOUR_MS - agoMs);
  const insert = async (
    kind: string,
    rows: number,
    usedAgoMs: number,
    openedAgoMs: number,
    revokedAgoMs?: number,
  ) =>
    other.query(
      `INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at, authenticated_at,
         methods, created_at, revoked_at, user_agent)
       SELECT gen_random_uuid(), (SELECT min(id::text)::uuid FROM users), '\\x00', 0, $2, $2, $3, '{pwd}', $3, $4, $1
       FROM generate_series(1, $5)`,
      [kind, at(usedAgoMs), at(openedAgoMs), revokedAgoMs === undefined ? null : at(revokedAgoMs), rows],
    );
  const DAY_MS = 24 * HOUR_MS;

  it('sessions that were revoked an hour ago or have expired, and no others', async () => {
    await app.someone();
    await insert('revoked', 300, 5_000, 3 * HOUR_MS, HOUR_MS + 1_000);
    await insert('idle', 300, 15 * DAY_MS, 20 * DAY_MS);
    await insert('too old', 1_400, 10 * DAY_MS, 91 * DAY_MS);
    await insert('just revoked', 50, 5_000, 3 * HOUR_MS, HOUR_MS - 1_000);
    await insert('live', 50, 5_000, 3 * HOUR_MS);
    const changes = await count('changes');
    await runJobs();
    const { rows } = await other.query('SELECT DISTINCT user_agent AS kind FROM sessions ORDER BY 1');
    expect(rows.map(({ kind }: { kind: string }) => kind)).toEqual(['just revoked', 'live']);
    expect(await count('sessions')).toBe(100);
    // No valid access token of these sessions exists, so no instance needs a change.
    expect(await count('changes')).toBe(changes);
  });

  it('a limited number of rows per statement, so that other statements do not wait for long', async () => {
    await insert('idle', 2_500, 15 * DAY_MS, 20 * DAY_MS);
    await other.query(`CREATE TABLE deletions (rows integer)`);
    await other.query(
      `CREATE FUNCTION count_deletions() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO deletions SELECT count(*) FROM gone; RETURN NULL; END $$`,
    );
    for (const table of ['sessions', 'changes'])
      await other.query(
        `CREATE TRIGGER count_deletions AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
         FOR EACH STATEMENT EXECUTE FUNCTION count_deletions()`,
      );
    await other.query(
      `INSERT INTO changes (topic, subject, changed_at) SELECT 'x', 'y', $1 FROM generate_series(1, 2500)`,
      [at(2 * HOUR_MS + 1_000)],
    );
    await other.query(`INSERT INTO changes (topic, subject, changed_at) VALUES ('x', 'young', $1)`, [
      at(2 * HOUR_MS - 1_000),
    ]);
    await runJobs();
    expect(await count(`sessions WHERE user_agent = 'idle'`)).toBe(0);
    expect(await count(`changes WHERE subject = 'y'`)).toBe(0);
    expect(await count(`changes WHERE subject = 'young'`)).toBe(1);
    const { rows } = await other.query<{ most: number; all: number }>(
      'SELECT max(rows) AS most, sum(rows)::integer AS all FROM deletions',
    );
    expect(rows[0]?.all).toBeGreaterThanOrEqual(5_000);
    expect(rows[0]?.most).toBeLessThanOrEqual(1_000);
  });

  it('by indexes, so that its cost does not grow with the number of live sessions', async () => {
    await app.someone();
    await insert('live', 5_000, 5_000, 3 * HOUR_MS);
    await other.query('ANALYZE sessions');
    const values = [at(2 * HOUR_MS), at(15 * DAY_MS), at(91 * DAY_MS), 1_000];
    const { rows } = await other.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${PURGE_SESSIONS.text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('sessions_last_used_on');
    expect(plan).not.toContain('Seq Scan');
    await other.query(`DELETE FROM sessions WHERE user_agent = 'live'`);
  });

  it('a session, and its refresh token is refused', async () => {
    const tokens = await app.signIn();
    app.clock.advance({ days: 15 });
    await runJobs();
    expect(await count(`sessions WHERE id = '${String(readJws(tokens.accessToken).claims.sid)}'`)).toBe(0);
    const answer = await app.api.post('/v1/auth/refresh', { json: { refreshToken: tokens.refreshToken } });
    expectProblem(answer, 401, 'invalid-refresh-token');
  });

  describe('while sessions refresh', () => {
    const refresh = (refreshToken: string) =>
      app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

    it('no session that was refreshed while the deletion waited for its row', async () => {
      const { accessToken, refreshToken } = await app.signIn();
      const id = readJws(accessToken).claims.sid;
      const holder = await others.connect();
      await holder.query('BEGIN');
      await holder.query('UPDATE sessions SET last_used_at = $2 WHERE id = $1', [
        id,
        new Date(app.clock.nowMs() + 15 * DAY_MS),
      ]);
      app.clock.advance({ days: 15 });
      const deleting = runJobs();
      await eventually(async () => {
        expect(
          await count(`pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DELETE FROM sessions'`),
        ).toBe(1);
      });
      await holder.query('COMMIT');
      await deleting;
      expect((await refresh(refreshToken)).status).toBe(200);
    });

    it('no live session, however often it runs', async () => {
      const people = await Promise.all(Array.from({ length: 3 }, async () => app.signIn()));
      const going = people.map(async ({ refreshToken }) => {
        let token = refreshToken;
        const statuses: number[] = [];
        for (let time = 0; time < 8; time++) {
          const { status, body } = await refresh(token);
          statuses.push(status);
          token = body.refreshToken;
        }
        return statuses;
      });
      for (let time = 0; time < 3; time++) {
        await insert('idle', 1_500, 15 * DAY_MS, 20 * DAY_MS);
        await runJobs();
      }
      expect([...new Set((await Promise.all(going)).flat())]).toEqual([200]);
      expect(await count(`sessions WHERE user_agent = 'idle'`)).toBe(0);
    });
  });
});
