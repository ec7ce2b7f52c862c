import type { Client } from 'pg';
import { ChangeReader } from '../../../src/platform/change-feed/change-reader';
import { ChangeFeed } from '../../../src/platform/change-feed';
import type { TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { eventually, withinBound } from '../../support/eventually';
import { complaintsIn, connectionsBeside, FeedReaders } from '../../support/change-feed-readers';
import { readJws } from '../../support/jws';
import { Others } from '../../support/others';
import { expectProblem } from '../../support/problem';
import { administer } from '../../support/test-server';
import { Traffic, statusesOf } from '../../support/traffic';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';

const sessionOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sid);

// The slow suite has more cuts, and how fast a change is known after one.
describe('the connection of the change feed', () => {
  let app: TestApp;
  let others: Others;
  let other: Client;
  let readers: FeedReaders;
  let isRunning = true;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startApp({ log, env: { LOG_LEVEL: 'info' } });
    others = new Others(app.databaseUrl);
    other = await others.connect();
    readers = new FeedReaders(other);
  });

  afterAll(async () => {
    if (isRunning) await app.close();
    await others.close();
  });

  const statusOf = async ({ accessToken }: TokenBody) =>
    (await app.api.get('/v1/auth/principal', { token: accessToken })).status;
  /** No new connection is let in until the work is done; those that are open stay. */
  const lockedOut = async (work: () => Promise<void>) => {
    const name = new URL(app.databaseUrl).pathname.slice(1);
    const allow = async (whether: boolean) =>
      administer(
        process.env.GATEHOUSE_TEST_SERVER ?? '',
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${whether}`,
      );
    await allow(false);
    try {
      await work();
    } finally {
      await allow(true);
    }
  };

  it('is a single one', async () => {
    await app.nest.get(ChangeFeed).publishAfterCommit();
    expect(await readers.pids()).toHaveLength(1);
  });

  it('reconnects after a cut: no request fails, and no change in between is missed', async () => {
    const [kept, before, after] = [await app.signIn(), await app.signIn(), await app.signIn()];
    const traffic = new Traffic().of('principal', async () =>
      app.api.get('/v1/auth/principal', { token: kept.accessToken }),
    );
    await other.query(END, [sessionOf(before)]);
    await readers.cut();
    await other.query(END, [sessionOf(after)]);
    await withinBound(async () => {
      expect([await statusOf(before), await statusOf(after)]).toEqual([401, 401]);
    });
    await traffic.end();
    expect(statusesOf(traffic.samples)).toEqual([200]);
    await eventually(async () => expect(await readers.pids()).toHaveLength(1));
  });

  it('does not read more often during a flood of notifications, and still learns of a revocation in time', async () => {
    const tokens = await app.signIn();
    const readings = jest.spyOn(ChangeReader.prototype, 'readNew');
    const begunAt = performance.now();
    let notified = 0;
    for (; performance.now() - begunAt < 250 || notified < 100; notified++)
      await other.query('NOTIFY gatehouse_changes');
    // One every 25 ms at most, beside the few that do not follow a notification.
    expect(readings.mock.calls.length).toBeLessThan(10 + (performance.now() - begunAt) / 20);
    await other.query(END, [sessionOf(tokens)]);
    await withinBound(async () => {
      for (let time = 0; time < 10; time++) await other.query('NOTIFY gatehouse_changes');
      expect(await statusOf(tokens)).toBe(401);
    });
    readings.mockRestore();
  });

  it('is still a single one after many failed readings', async () => {
    const tokens = await app.signIn();
    await other.query('ALTER TABLE changes RENAME TO lost');
    for (let time = 0; time < 4; time++) await app.nest.get(ChangeFeed).publishAfterCommit();
    expectProblem(await app.api.get('/v1/auth/principal', { token: tokens.accessToken }), 503, 'unavailable');
    await eventually(async () => expect((await readers.pids()).length).toBeLessThanOrEqual(1));
    await other.query('ALTER TABLE lost RENAME TO changes');
    expect(await statusOf(tokens)).toBe(200);
    await eventually(async () => expect(await readers.pids()).toHaveLength(1));
  });

  it('reads the current state again after an outage longer than the retention', async () => {
    const tokens = await app.signIn();
    const kidOf = ({ accessToken }: TokenBody) => readJws(accessToken).header.kid;
    await lockedOut(async () => {
      await readers.cut();
      // The one key is taken away for good, so what it signed is worth nothing.
      await other.query(`DELETE FROM keys WHERE purpose = 'signing' AND id = $1`, [kidOf(tokens)]);
      await other.query(`UPDATE changes SET changed_at = now() - interval '1 day'`);
    });
    await withinBound(async () => expect(await statusOf(tokens)).toBe(401));
  });

  it('is logged once when it is lost, and once when it is back', async () => {
    await eventually(async () => {
      const messages = log.map((line) => (JSON.parse(line) as { msg: string }).msg);
      const [lost, found] = [/^Change feed disconnected/, /^Change feed reconnected/].map((pattern) =>
        messages.filter((message) => pattern.test(message)),
      );
      expect(lost?.length).toBeGreaterThan(0);
      expect(found).toHaveLength(lost?.length ?? 0);
    });
  });

  it.each([1, 20])(
    'is asked before the first request after the machine slept for %d hours',
    async (hours) => {
      const now = Date.now.bind(Date);
      const tokens = await app.signIn();
      const first = await statusOf(tokens);
      await other.query(END, [sessionOf(tokens)]);
      jest.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000);
      const second = await statusOf(tokens);
      jest.restoreAllMocks();
      expect([first, second]).toEqual([200, 401]);
    },
  );

  it('is closed with the application, without an error', async () => {
    const tokens = await app.signIn();
    log.length = 0;
    void app.nest.get(ChangeFeed).publishAfterCommit();
    void app.nest.get(ChangeFeed).publishAfterCommit();
    await app.api.post('/v1/auth/logout', { token: tokens.accessToken });
    await other.query('NOTIFY gatehouse_changes');
    isRunning = false;
    await app.close();
    await eventually(async () => expect(await connectionsBeside(other)).toEqual([]));
    expect(complaintsIn(log)).toEqual([]);
  });
});
