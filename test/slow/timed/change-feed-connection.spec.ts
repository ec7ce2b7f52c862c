import { startApp, type TestApp } from '../../support/app';
import { eventually, withinBound } from '../../support/eventually';
import { FeedReaders } from '../../support/change-feed-readers';
import { readJws } from '../../support/jws';
import { Others } from '../../support/others';
import { expectTimes } from '../../support/timing';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';

describe('the connection that the feed reads by', () => {
  let app: TestApp;
  let others: Others;

  beforeAll(async () => {
    app = await startApp();
    others = new Others(app.databaseUrl);
  });

  afterAll(async () => {
    await others.close();
    await app.close();
  });

  it('hears others at once again after it was cut', async () => {
    const other = await others.connect();
    const readers = new FeedReaders(other);
    const [pid] = await readers.pids();
    await readers.cut();
    await eventually(async () => {
      const [now] = await readers.pids();
      expect(now).toBeDefined();
      expect(now).not.toEqual(pid);
    });
    const heardWithin = async () => {
      const { accessToken: token } = await app.signIn();
      const ended = performance.now();
      await other.query(END, [readJws(token).claims.sid]);
      await other.query('NOTIFY gatehouse_changes');
      await withinBound(async () =>
        expect((await app.api.get('/v1/auth/principal', { token })).status).toBe(401),
      );
      return performance.now() - ended;
    };
    const measure = async () => {
      const lags: number[] = [];
      for (let time = 0; time < 9; time++) lags.push(await heardWithin());
      return { 'median, ms': lags.toSorted((a, b) => a - b)[4] ?? Infinity };
    };
    // By the poll alone, half of them would take longer than half its period.
    await expectTimes('changes that are notified', measure, (figures) =>
      expect(figures['median, ms']).toBeLessThan(150),
    );
  });
});
