import { AuditExport, AuditVerification } from '../../src/features/audit';
import { EventBus } from '../../src/platform/events';
import { heapBytes } from '../support/heap';
import { startApp, type TestApp } from '../support/app';
import { OrderPlaced, seal, verify } from '../support/audit';
import { inParallel } from '../support/parallel';
import { report } from '../support/traffic';

const ROWS = 30_000;
const WRITERS = 10;
const ROUND = 2_000;

const ratesOf = (rates: readonly number[]) =>
  rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;

jest.setTimeout(300_000);

describe('an audit trail of many rows', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  /** As sign-ins would, each in a transaction of its own. @returns events a second */
  const write = async (count: number): Promise<number> => {
    const events = app.nest.get(EventBus);
    const begun = performance.now();
    await inParallel(WRITERS, async () => {
      for (let index = 0; index < count / WRITERS; index++)
        await app.database.transaction(async () =>
          events.publish(new OrderPlaced({ details: { methods: ['pwd'] } })),
        );
    });
    return (count * 1_000) / (performance.now() - begun);
  };

  it('is written nearly as fast while it is sealed as while it is not', async () => {
    const [apart, together]: [number[], number[]] = [[], []];
    await write(ROUND);
    for (let round = 0; round < 5; round++) {
      apart.push(await write(ROUND));
      // Those of the round before are sealed in batches, the others as they come; far more often than each second.
      const sealing = setInterval(() => void seal(app), 100);
      together.push(await write(ROUND));
      clearInterval(sealing);
      await seal(app);
    }
    const [without, withSealer] = [ratesOf(apart), ratesOf(together)];
    report('audit events a second', { without, 'while sealing': withSealer, ratio: withSealer / without });
    expect(await verify(app)).toMatchObject({ intact: true, unsealed: 0 });
  });

  it('is sealed, verified and exported in seconds, in little memory, and says how far it is', async () => {
    const [{ count } = { count: 0 }] = await app.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM audit_events',
    );
    await write(ROWS - count);
    const sealing = performance.now();
    await seal(app);
    const sealed = performance.now();
    const heapBefore = heapBytes();
    const progress: number[] = [];
    let heapMost = 0;
    const result = await app.nest.get(AuditVerification).verify([], (rows) => {
      progress.push(rows);
      if (rows % 10_000 === 0) heapMost = Math.max(heapMost, heapBytes() - heapBefore);
    });
    const verified = performance.now();
    expect(result).toEqual({ intact: true, rows: ROWS, unsealed: 0, erased: 0 });
    expect(progress.at(-1)).toBe(ROWS);
    expect(progress.length).toBeGreaterThanOrEqual(ROWS / 1_000);
    let exported = 0;
    for await (const { sequence } of app.nest.get(AuditExport).events())
      exported += sequence === null ? 0 : 1;
    expect(exported).toBe(ROWS);
    report('audit rows', {
      sealed: ROWS,
      'sealed the rest in, ms': sealed - sealing,
      'verified in, ms': verified - sealed,
      'exported in, ms': performance.now() - verified,
      'heap at most, MB more': heapMost / 1e6,
    });
    expect(verified - sealed).toBeLessThan(30_000);
    expect(heapMost).toBeLessThan(20e6);
  });

  it('is looked at for something to seal in no time', async () => {
    const begun = performance.now();
    for (let index = 0; index < 100; index++) await seal(app);
    const eachMs = (performance.now() - begun) / 100;
    report('nothing to seal', { 'each, ms': eachMs });
    expect(eachMs).toBeLessThan(20);
  });
});
