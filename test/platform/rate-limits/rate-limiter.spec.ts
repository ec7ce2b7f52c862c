import { RateLimiter, RateLimitSettings, type RateLimitPolicy } from '../../../src/platform/rate-limits';
import { RateLimitStore } from '../../../src/platform/rate-limits/rate-limit.store';
import { Clock } from '../../../src/platform/clock';
import { RateLimited } from '../../../src/platform/errors';
import { EventBus } from '../../../src/platform/events';
import { Keyring } from '../../../src/platform/keyring';
import { JobScheduler } from '../../../src/platform/jobs';
import type { TestApp } from '../../support/app';
import { withoutJobs } from '../../support/jobs';
import { LimitedApp } from '../../support/limited';
import { inParallel } from '../../support/parallel';

const RATE_LIMIT: RateLimitPolicy = {
  name: 'test',
  per: 'account',
  quota: 4,
  windowSeconds: 60,
  longestWaitSeconds: 240,
};

let app: TestApp;
let here: RateLimiter;
let there: RateLimiter;
let subjects = 0;

/** What another instance has: the same database, and no memory of what this one knows. */
async function anotherInstance(): Promise<RateLimiter> {
  const scheduler = { schedule: () => undefined } as unknown as JobScheduler;
  const of = <T>(type: abstract new (...parameters: never[]) => T): T => app.nest.get<T>(type);
  const other = new RateLimiter(
    of(RateLimitStore),
    of(Clock),
    of(RateLimitSettings),
    of(Keyring),
    of(EventBus),
    scheduler,
  );
  await other.onModuleInit();
  return other;
}

beforeAll(async () => {
  ({ app } = await LimitedApp.start());
  [here, there] = [app.nest.get(RateLimiter), await anotherInstance()];
});

const someone = () => `subject ${++subjects}`;
const advance = (seconds: number) => app.clock.advance({ seconds });

/** Seconds to wait, or none. */
async function attempt(who: string, at = here): Promise<number> {
  try {
    await at.consume(RATE_LIMIT, who);
    return 0;
  } catch (error) {
    if (error instanceof RateLimited) return error.retryAfterSeconds;
    throw error;
  }
}

async function attempts(who: string, count: number): Promise<number[]> {
  const waits: number[] = [];
  for (let at = 0; at < count; at++) waits.push(await attempt(who));
  return waits;
}

describe('attempts', () => {
  it('do not wait longer after a clock that went back', async () => {
    const who = someone();
    expect((await attempts(who, 6)).at(-1)).toBe(60);
    advance(-3_600);
    const wait = await attempt(who);
    await here.grant(RATE_LIMIT, who);
    advance(-3_600);
    const granted = await here.consumeGranted(RATE_LIMIT, who);
    advance(7_200);
    expect([wait, granted]).toEqual([0, null]);
  });

  it('are allowed up to the quota, and then wait', async () => {
    expect(await attempts(someone(), 7)).toEqual([0, 0, 0, 0, 60, 60, 60]);
  });

  it('are counted separately for each subject', async () => {
    await attempts(someone(), 6);
    expect(await attempt(someone())).toBe(0);
  });

  it('are counted from zero in a new window', async () => {
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
  });

  it('wait twice as long each time, with half the quota after each, up to a maximum', async () => {
    const who = someone();
    const waits: [allowed: number, wait: number][] = [];
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

  it('lose a strike by each window in which the quota was kept', async () => {
    const who = someone();
    await attempts(who, 5);
    advance(60);
    expect(await attempts(who, 1)).toEqual([0]);
    advance(60);
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('ignore a wait that a wrong clock has written', async () => {
    const who = someone();
    app.clock.advance({ days: 2 });
    await attempts(who, 5);
    app.clock.advance({ days: -2 });
    expect(await attempt(who, there)).toBe(0);
  });

  it('have the whole quota again after a pause as long as the longest wait', async () => {
    const who = someone();
    await attempts(who, 5);
    advance(60);
    await attempts(who, 3);
    advance(120 + 240);
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('do not extend a wait by repetition', async () => {
    const who = someone();
    const { key } = await here.consume(RATE_LIMIT, who);
    await attempts(who, 20);
    const text = 'SELECT used, strikes FROM rate_limits WHERE key = $1';
    expect(await app.query(text, [key])).toEqual([{ used: 4, strikes: 1 }]);
    advance(60);
    expect(await attempt(who)).toBe(0);
  });

  it('in parallel on two instances pass no more often than sequential ones', async () => {
    const who = someone();
    const waits = await inParallel(10, async (index) => attempt(who, index % 2 ? here : there));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(4);
  });

  it('that are refunded do not count, and each can be refunded once only', async () => {
    const who = someone();
    for (let at = 0; at < 6; at++) await here.refund(await here.consume(RATE_LIMIT, who));
    expect(await attempts(who, 5)).toEqual([0, 0, 0, 0, 60]);
    const fresh = someone();
    const first = await here.consume(RATE_LIMIT, fresh);
    for (let at = 0; at < 3; at++) await here.refund(first);
    expect(await attempts(fresh, 5)).toEqual([0, 0, 0, 0, 60]);
  });

  it('of a subject with an allowance pass beside the quota, for one window', async () => {
    const who = someone();
    expect(await here.consumeGranted(RATE_LIMIT, who)).toBeNull();
    await here.grant(RATE_LIMIT, who);
    const granted = await inParallel(6, async () => here.consumeGranted(RATE_LIMIT, who));
    expect(granted.filter((attempted) => attempted !== null)).toHaveLength(4);
    await here.grant(RATE_LIMIT, who);
    advance(60);
    expect(await here.consumeGranted(RATE_LIMIT, who)).toBeNull();
  });

  it('cost no statement during a wait', async () => {
    const who = someone();
    // Beyond what the audit trail takes of one source.
    await attempts(who, 20);
    await withoutJobs(app, async () => {
      const query = jest.spyOn(app.database, 'query');
      await attempts(who, 20);
      expect(query).not.toHaveBeenCalled();
      query.mockRestore();
    });
  });

  it('are stored under a key that does not reveal the subject', async () => {
    await attempt('readable@example.com');
    const [{ dump } = { dump: '' }] = await app.query<{ dump: string }>(
      `SELECT string_agg(a::text, ' ') AS dump FROM rate_limits a`,
    );
    expect(dump).not.toBe('');
    expect(dump).not.toContain('readable');
    expect(dump).not.toContain(Buffer.from('readable').toString('hex'));
  });

  it('is over at once where it is reset here, and within two seconds where another instance resets it', async () => {
    const who = someone();
    for (let time = 0; time < RATE_LIMIT.quota; time++) await attempt(who);
    expect([await attempt(who), await attempt(who, there)]).toEqual([60, 60]);
    await here.reset(RATE_LIMIT, who);
    expect(await attempt(who)).toBe(0);
    advance(2);
    expect(await attempt(who, there)).toBe(0);
  });
});
