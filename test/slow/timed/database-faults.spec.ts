import { eventually } from '../../support/eventually';
import {
  expectMemoryTrusted,
  expectServed,
  fromMemory,
  lastServedMs,
  servedAgainMs,
} from '../../support/from-memory';
import { clientsOf } from '../../support/clients';
import { ProxiedApp } from '../../support/proxied-app';
import { expectTimes } from '../../support/timing';
import {
  expectUnavailable,
  longestOf,
  medianOf,
  report,
  type Sample,
  statusesOf,
  type Traffic,
} from '../../support/traffic';

/** Within this the application has noticed that its database is back. */
const RECOVERY_MS = 1_000;

let app: ProxiedApp;

// One process goes through all of it: whatever a fault leaves behind is there for the next one.
beforeAll(async () => {
  app = await ProxiedApp.start();
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  expect(app.process.output).not.toMatch(/unhandled|uncaught|request failed/i);
});

const free = (samples: Sample[]) => samples.filter(({ kind }) => kind === 'none');
const bound = (samples: Sample[]) => samples.filter(({ kind }) => kind !== 'none' && kind !== 'memory');

/** Those that were asked and answered between two instants. */
const within = (all: Traffic, from: number, to: number) =>
  all.between(from, to).filter(({ startedAt, tookMs }) => startedAt + tookMs < to);

/** Waits until everything is served that was asked for after the recovery. */
async function recovered(all: Traffic, back: number): Promise<void> {
  const after = () => bound(all.between(back + RECOVERY_MS, Infinity));
  await eventually(async () => expect(statusesOf(after())).toEqual([200, 202]));
  await all.answered(20, 'memory');
}

/** @returns in milliseconds: medians of what needs no database, and for how long memory was gone by without one */
async function goAndComeBack(): Promise<{ before: number; during: number; remembered: number }> {
  const { all, expectKept } = await clientsOf(app);
  const ready = async () => (await app.api.get('/health/ready')).status;
  await all.answered(100, 'none');
  await app.proxy.goAway();
  const gone = performance.now();
  expect(await ready()).toBe(503);
  // Some ten seconds.
  await all.answered(1_000, 'none');
  const back = performance.now();
  await app.proxy.comeBack();
  expect(await ready()).toBe(200);
  await recovered(all, back);
  await all.end();

  const refused = bound(within(all, gone, back));
  expect(statusesOf(free(all.samples))).toEqual([200]);
  expect(statusesOf(bound(within(all, 0, gone)))).toEqual([200, 202]);
  expect(refused.length).toBeGreaterThan(0);
  expectUnavailable(refused);
  expectMemoryTrusted(all, { gone, back });
  expect(statusesOf(bound(all.between(back + RECOVERY_MS, Infinity)))).toEqual([200, 202]);
  const first = bound(all.between(back, Infinity)).find(({ answer }) => answer.status < 300);
  report('gone', {
    'longest to 503, ms': longestOf(refused),
    'first success after, ms': (first?.startedAt ?? Infinity) + (first?.tookMs ?? 0) - back,
    'and served again after': servedAgainMs(all, back),
    'acknowledged accounts, all kept': await expectKept(),
  });
  return {
    before: medianOf(free(within(all, 0, gone))),
    during: medianOf(free(within(all, gone, back))),
    remembered: lastServedMs(all, gone),
  };
}

describe('a database that is gone under traffic', () => {
  it('costs its own requests a 503 and the others nothing, loses no write, and is back at once', async () => {
    await expectTimes('gone, in ms', goAndComeBack, ({ before, during, remembered }) => {
      expect(during).toBeLessThan(2 * before + 2);
      expect(remembered).toBeGreaterThan(0);
    });
  });
});

describe('a database that ends all connections, again and again', () => {
  it('is answered with success or 503, and loses no write', async () => {
    const { all, expectKept } = await clientsOf(app);
    for (let restart = 0; restart < 8; restart++) {
      await all.answered(30, 'none');
      await app.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    }
    const last = performance.now();
    await recovered(all, last);
    await all.end();
    expectUnavailable(bound(all.samples).filter(({ answer }) => answer.status >= 300));
    expect(statusesOf(free(all.samples))).toEqual([200]);
    expect(statusesOf(bound(all.between(last + RECOVERY_MS, Infinity)))).toEqual([200, 202]);
    expectUnavailable(fromMemory(all.samples).filter(({ answer }) => answer.status !== 200));
    expectServed(all, last);
    await expectKept();
    report('ended', {
      requests: all.samples.length,
      '503': bound(all.samples).filter(({ answer }) => answer.status === 503).length,
      'from memory, 503': fromMemory(all.samples).filter(({ answer }) => answer.status === 503).length,
    });
  });
});
