import { ChangeFeed } from '../../src/platform/change-feed';
import { JobScheduler } from '../../src/platform/jobs';
import { RevokedSessions } from '../../src/sessions';
import { heapBytes } from '../support/heap';
import { type TestApp, withApp } from '../support/app';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { Others } from '../support/others';
import { inParallel } from '../support/parallel';
import { report } from '../support/traffic';

const ENDED = 100_000;
const MOST_BYTES_EACH = 250;

const INSERT = `INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at,
    authenticated_at, methods, created_at)
  SELECT gen_random_uuid(), (SELECT min(id::text)::uuid FROM users), '\\x00', 0, now(), now(), now(), '{pwd}', now()
  FROM generate_series(1, $1)`;

describe('a hundred thousand sessions that end at once', () => {
  it('cost memory in proportion, are loaded at a start, and are forgotten and deleted in time', async () => {
    const database = await createDatabase();
    const others = new Others(database.url);
    const other = await others.connect();
    const ids = async () =>
      (await other.query<{ id: string }>('SELECT id FROM sessions')).rows.map(({ id }) => id);
    const known = (app: TestApp, which: string[]) =>
      which.filter((id) => app.nest.get(RevokedSessions).has(id));
    const env = { DATABASE_URL: database.url };
    const figures: Record<string, number> = {};

    await withApp({ env }, async (app) => {
      await app.someone();
      await other.query(INSERT, [ENDED]);
      const before = heapBytes();
      const ended = performance.now();
      await other.query('UPDATE sessions SET revoked_at = now()');
      figures['ended by SQL in, ms'] = performance.now() - ended;
      const read = performance.now();
      await app.nest.get(ChangeFeed).publishAfterCommit();
      // More than one reading may bring within its time is read again in pages.
      const knowsAll = async () => expect(known(app, await ids())).toHaveLength(ENDED);
      await eventually(knowsAll, 20_000);
      figures['learned while running in, ms'] = performance.now() - read;
      const bytesEach = (heapBytes() - before) / ENDED;
      expect(bytesEach).toBeLessThan(MOST_BYTES_EACH);
      figures['bytes each'] = bytesEach;
    });

    const starting = performance.now();
    await withApp({ env }, async (app) => {
      figures['started and loaded in, ms'] = performance.now() - starting;
      const all = await ids();
      expect(known(app, all)).toHaveLength(ENDED);
      app.clock.advance({ minutes: 16 * 1.25 });
      expect(known(app, all)).toEqual([]);
      app.clock.advance({ hours: 3 });
      const purging = performance.now();
      await app.nest.get(JobScheduler).run();
      figures['deleted in, ms'] = performance.now() - purging;
      const { rows } = await other.query('SELECT FROM sessions UNION ALL SELECT FROM changes LIMIT 1');
      expect(rows).toEqual([]);
    });
    report('100,000 ends', figures);
    await others.close();
    await database.drop();
  });
});

describe('sessions that end one by one', () => {
  it('are all known to an instance as fast as the database ends them', async () => {
    await withApp({}, async (app) => {
      const others = new Others(app.databaseUrl);
      const clients = await inParallel(10, async () => others.connect());
      await app.someone();
      await app.query(INSERT, [20_000]);
      const ids = (await app.query<{ id: string }>('SELECT id FROM sessions')).map(({ id }) => id);
      const begun = performance.now();
      await inParallel(10, async (index) => {
        for (let at = index; at < ids.length; at += 10)
          await clients[index]?.query({
            name: 'end',
            text: 'UPDATE sessions SET revoked_at = now() WHERE id = $1',
            values: [ids[at]],
          });
      });
      const tookMs = performance.now() - begun;
      await app.nest.get(ChangeFeed).publishAfterCommit();
      const memory = app.nest.get(RevokedSessions);
      expect(ids.filter((id) => !memory.has(id))).toEqual([]);
      report('one by one', { 'ends a second': (ids.length / tookMs) * 1_000 });
      await others.close();
    });
  });
});
