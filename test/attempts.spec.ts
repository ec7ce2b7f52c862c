import { Attempts, type Budget } from '../src/platform/attempts';
import { RateLimited } from '../src/platform/errors';
import { startApp, type TestApp } from './support/app';
import { createDatabase, type TestDatabase } from './support/database';
import { inParallel } from './support/parallel';

const BUDGET: Budget = {
  name: 'test',
  per: 'account',
  quota: 4,
  windowSeconds: 60,
  longestWaitSeconds: 240,
};

describe('attempts', () => {
  let database: TestDatabase;
  let app: TestApp;
  let other: TestApp;
  let people = 0;

  beforeAll(async () => {
    database = await createDatabase();
    const env = { DATABASE_URL: database.url };
    [app, other] = [await startApp({ env, limits: true }), await startApp({ env, limits: true })];
  });

  afterAll(async () => {
    await app.close();
    await other.close();
    await database.drop();
  });

  const someone = () => `person ${++people}`;

  /** Seconds to wait, or none. */
  const attempt = async (who: string, { nest }: TestApp = app): Promise<number> => {
    try {
      await nest.get(Attempts).claim(BUDGET, who);
      return 0;
    } catch (error) {
      if (error instanceof RateLimited) return error.retryAfterSeconds;
      throw error;
    }
  };

  const attempts = async (who: string, count: number): Promise<number[]> => {
    const waits: number[] = [];
    for (let at = 0; at < count; at++) waits.push(await attempt(who));
    return waits;
  };

  const advance = (seconds: number) => [app, other].forEach(({ clock }) => clock.advance({ seconds }));

  it('pass up to the quota, and then wait', async () => {
    expect(await attempts(someone(), 7)).toEqual([0, 0, 0, 0, 60, 60, 60]);
  });

  it('are those of one, and of nobody else', async () => {
    await attempts(someone(), 6);
    expect(await attempt(someone())).toBe(0);
  });

  it('begin anew with a new window', async () => {
    const who = someone();
    await attempts(who, 4);
    advance(60);
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('wait to the millisecond', async () => {
    const who = someone();
    await attempts(who, 5);
    app.clock.advance({ milliseconds: 59_999 });
    expect(await attempt(who)).toBe(1);
    app.clock.advance({ milliseconds: 1 });
    expect(await attempt(who)).toBe(0);
    other.clock.advance({ seconds: 60 });
  });

  it('wait twice as long each time, with half the quota after each, and never longer than the bound', async () => {
    const who = someone();
    const waits: [passed: number, wait: number][] = [];
    for (let round = 0; round < 6; round++) {
      const all = await attempts(who, 6);
      waits.push([all.filter((wait) => wait === 0).length, all.at(-1) ?? 0]);
      advance(all.at(-1) ?? 0);
    }
    expect(waits).toEqual([
      [4, 60],
      [2, 120],
      [1, 240],
      [1, 240],
      [1, 240],
      [1, 240],
    ]);
  });

  it('are forgiven a strike by each window in which the quota was kept', async () => {
    const who = someone();
    await attempts(who, 5);
    advance(60);
    expect(await attempts(who, 1)).toEqual([0]);
    advance(60);
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('do not wait for the end of what a clock that was wrong has written', async () => {
    const who = someone();
    app.clock.advance({ days: 2 });
    await attempts(who, 5);
    app.clock.advance({ days: -2 });
    expect(await attempt(who, other)).toBe(0);
  });

  it('are good again after a rest as long as the longest wait', async () => {
    const who = someone();
    await attempts(who, 5);
    advance(60);
    await attempts(who, 3);
    advance(120 + 240);
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('are not made worse by asking again and again while waiting', async () => {
    const who = someone();
    await attempts(who, 50);
    const [row] = await app.query<{ used: number; strikes: number }>(
      'SELECT used, strikes FROM attempts ORDER BY until DESC, used DESC LIMIT 1',
    );
    expect(row).toMatchObject({ used: 4, strikes: 1 });
    advance(60);
    expect(await attempt(who)).toBe(0);
  });

  it('a hundred at once on two instances pass no more often than one after the other', async () => {
    for (let round = 0; round < 5; round++) {
      const who = someone();
      const waits = await inParallel(100, async (index) => attempt(who, index % 2 ? app : other));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(4);
    }
  });

  it('that are given back count for nothing, and can be given back but once for each', async () => {
    const who = someone();
    const all = app.nest.get(Attempts);
    for (let at = 0; at < 20; at++) await all.refund(await all.claim(BUDGET, who));
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
    const fresh = someone();
    const first = await all.claim(BUDGET, fresh);
    for (let at = 0; at < 5; at++) await all.refund(first);
    expect(await attempts(fresh, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('of whoever was granted a budget pass beside it, for one window and no longer', async () => {
    const all = app.nest.get(Attempts);
    const who = someone();
    expect(await all.claimGranted(BUDGET, who)).toBeNull();
    await all.grant(BUDGET, who);
    const granted = await inParallel(10, async () => all.claimGranted(BUDGET, who));
    expect(granted.filter((attempted) => attempted !== null)).toHaveLength(4);
    await all.grant(BUDGET, who);
    advance(60);
    expect(await all.claimGranted(BUDGET, who)).toBeNull();
  });

  it('cost no statement while they wait', async () => {
    const who = someone();
    // Beyond what the audit trail takes of one source.
    await attempts(who, 20);
    const query = jest.spyOn(app.database, 'query');
    await attempts(who, 100);
    expect(query).not.toHaveBeenCalled();
    query.mockRestore();
  });

  it('leave nothing readable, and nothing for ever', async () => {
    await attempt('readable@example.com');
    const [{ dump } = { dump: '' }] = await app.query<{ dump: string }>(
      `SELECT string_agg(a::text, ' ') AS dump FROM attempts a`,
    );
    expect(dump).not.toContain('readable');
    expect(dump).not.toContain(Buffer.from('readable').toString('hex'));
  });
});
