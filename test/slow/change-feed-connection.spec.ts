import type { Client } from 'pg';
import { ChangeFeed } from '../../src/platform/change-feed';
import type { TokenBody } from '../support/api';
import { startApp, type TestApp, withApp } from '../support/app';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { complaintsIn, connectionsBeside, FeedReaders } from '../support/change-feed-readers';
import { readJws } from '../support/jws';
import { Others } from '../support/others';
import { Traffic, statusesOf } from '../support/traffic';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';

const sessionOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sid);

describe('the connection that the feed reads by', () => {
  let app: TestApp;
  let others: Others;
  let other: Client;
  let readers: FeedReaders;

  beforeAll(async () => {
    app = await startApp();
    others = new Others(app.databaseUrl);
    other = await others.connect();
    readers = new FeedReaders(other);
  });

  afterAll(async () => {
    await others.close();
    await app.close();
  });

  const statusOf = async ({ accessToken }: TokenBody) =>
    (await app.api.get('/v1/auth/principal', { token: accessToken })).status;

  it('may be cut again and again: it comes back, no request fails, nothing that happened meanwhile is missed', async () => {
    const kept = await app.signIn();
    const traffic = new Traffic();
    for (let client = 0; client < 4; client++)
      traffic.of('principal', async () => app.api.get('/v1/auth/principal', { token: kept.accessToken }));
    for (let time = 0; time < 8; time++) {
      const [before, after] = [await app.signIn(), await app.signIn()];
      await other.query(END, [sessionOf(before)]);
      await readers.cut();
      await other.query(END, [sessionOf(after)]);
      await eventually(async () => {
        expect([await statusOf(before), await statusOf(after)]).toEqual([401, 401]);
      });
    }
    await traffic.end();
    expect(statusesOf(traffic.samples)).toEqual([200]);
    await eventually(async () => expect(await readers.pids()).toHaveLength(1));
  });

  it('is the only one after its reading failed many times', async () => {
    await other.query('ALTER TABLE changes RENAME TO lost');
    for (let time = 0; time < 12; time++) await app.nest.get(ChangeFeed).publishAfterCommit();
    await eventually(async () => expect((await readers.pids()).length).toBeLessThanOrEqual(1));
    await other.query('ALTER TABLE lost RENAME TO changes');
    await eventually(async () => expect(await readers.pids()).toHaveLength(1));
  });

  it('is asked before the first request after the machine slept, however long and often', async () => {
    const now = Date.now.bind(Date);
    for (let hours = 1; hours <= 20; hours++) {
      const tokens = await app.signIn();
      const first = await statusOf(tokens);
      await other.query(END, [sessionOf(tokens)]);
      jest.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000);
      expect([first, await statusOf(tokens)]).toEqual([200, 401]);
    }
    jest.restoreAllMocks();
  });
});

describe('an application that stops again and again', () => {
  it('leaves no connection, and has nothing to complain of', async () => {
    const database = await createDatabase();
    const others = new Others(database.url);
    const observer = await others.connect();
    for (let time = 0; time < 3; time++) {
      const log: string[] = [];
      await withApp({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'info' }, log }, async (app) => {
        const tokens = await app.signIn();
        void app.nest.get(ChangeFeed).publishAfterCommit();
        void app.nest.get(ChangeFeed).publishAfterCommit();
        await app.api.post('/v1/auth/logout', { token: tokens.accessToken });
        await observer.query('NOTIFY gatehouse_changes');
      });
      await eventually(async () => expect(await connectionsBeside(observer)).toEqual([]));
      expect(complaintsIn(log)).toEqual([]);
    }
    await others.close();
    await database.drop();
  });
});
