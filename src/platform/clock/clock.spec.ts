import fc from 'fast-check';
import { Clock } from './clock';

const FIVE_MINUTES = 300_000;

let host: Host;
let clock: Clock;

/** The two clocks of a host, and that of a database which it reaches over a wire. */
class Host {
  databaseMs = Date.UTC(2026, 5, 15, 12);
  wallMs = this.databaseMs;
  monotonicMs = 1_234.5;

  pass(ms: number): void {
    this.databaseMs += ms;
    this.wallMs += ms;
    this.monotonicMs += ms;
  }

  /** Corrects the clock by a question that takes so long to the database, and so long back. */
  ask(thereMs: number, backMs: number): void {
    const asked = clock.read();
    this.pass(thereMs);
    const { databaseMs } = this;
    this.pass(backMs);
    clock.synchronise(databaseMs, asked);
  }

  /** How far ahead of the database the clock is. */
  get errorMs(): number {
    return clock.nowMs() - this.databaseMs;
  }
}

beforeEach(() => {
  host = new Host();
  jest.spyOn(performance, 'now').mockImplementation(() => host.monotonicMs);
  jest.spyOn(Date, 'now').mockImplementation(() => host.wallMs);
  clock = new Clock();
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a clock that has not asked the database yet', () => {
  it('takes the time of the host', () => {
    host.pass(1_000);
    expect(clock.nowMs()).toBe(host.wallMs);
  });

  it.each([FIVE_MINUTES, -FIVE_MINUTES])(
    'is right after the first answer where the host is off by %i ms',
    (off) => {
      host.wallMs += off;
      clock = new Clock();
      expect(host.errorMs).toBe(off);
      host.ask(4, 4);
      expect(host.errorMs).toBe(0);
    },
  );
});

describe('a correction', () => {
  // How far ahead the clock is, how long the question takes there and back, and how far ahead the clock is then.
  it.each([
    ['leaves a clock alone that is right', 0, 5, 5, 0],
    ['leaves a clock alone that may be right, for all the answer says', 3, 5, 5, 3],
    ['leaves it alone behind the truth as well', -3, 5, 5, -3],
    ['leaves it alone on the edge of what may be right', 5, 5, 0, 5],
    ['sets back a clock that is surely ahead, as far as is sure', 40, 5, 3, 5],
    ['sets on a clock that is surely behind, as far as is sure', -40, 5, 3, -3],
    ['follows the database at once where that was set on by an hour', -3_600_000, 2, 2, -2],
    ['follows the database at once where that was set back by an hour', 3_600_000, 2, 2, 2],
    ['is exact where the answer took no time', 40, 0, 0, 0],
  ])('%s', (_, aheadMs, thereMs, backMs, aheadThenMs) => {
    host.ask(0, 0);
    host.databaseMs -= aheadMs;
    host.ask(thereMs, backMs);
    expect(host.errorMs).toBe(aheadThenMs);
  });

  const wire = fc.integer({ min: 0, max: 5_000 });
  const exchange = fc.record({
    thereMs: wire,
    backMs: wire,
    /** What happens to the host before it, none of which the clock may feel. */
    passedMs: fc.integer({ min: 0, max: 60_000 }),
    hostSetByMs: fc.constantFrom(0, FIVE_MINUTES, -FIVE_MINUTES),
  });

  it('leaves the clock no further from the database than the quickest answer took, whatever the host says', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1 }), (exchanges) => {
        clock = new Clock();
        let quickestMs = Infinity;
        for (const { thereMs, backMs, passedMs, hostSetByMs } of exchanges) {
          host.pass(passedMs);
          host.wallMs += hostSetByMs;
          host.ask(thereMs, backMs);
          quickestMs = Math.min(quickestMs, thereMs + backMs);
          // Whole milliseconds are a millisecond less at most.
          expect(host.errorMs).toBeGreaterThanOrEqual(-quickestMs - 1);
          expect(host.errorMs).toBeLessThanOrEqual(quickestMs);
        }
      }),
    );
  });

  it('brings the clock as near as the answer was quick, however far the database was set', () => {
    const set = fc.integer({ min: -86_400_000, max: 86_400_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(set, exchange), { minLength: 1 }), (exchanges) => {
        clock = new Clock();
        for (const [setByMs, { thereMs, backMs }] of exchanges) {
          host.databaseMs += setByMs;
          host.ask(thereMs, backMs);
          expect(host.errorMs).toBeGreaterThanOrEqual(-backMs - thereMs - 1);
          expect(host.errorMs).toBeLessThanOrEqual(thereMs + backMs);
        }
      }),
    );
  });

  it('never moves a clock that the answer does not prove wrong, so that slow answers do not make it tremble', () => {
    fc.assert(
      fc.property(wire, wire, fc.array(fc.tuple(wire, wire)), (firstThereMs, firstBackMs, slower) => {
        clock = new Clock();
        host.ask(firstThereMs, firstBackMs);
        const { errorMs } = host;
        for (const [thereMs, backMs] of slower) {
          host.ask(Math.max(thereMs, firstThereMs, firstBackMs), Math.max(backMs, firstThereMs, firstBackMs));
          expect(host.errorMs).toBe(errorMs);
        }
      }),
    );
  });
});

describe('between two corrections', () => {
  it.each([FIVE_MINUTES, -FIVE_MINUTES])('a host that is set by %i ms changes nothing', (setByMs) => {
    host.ask(2, 2);
    host.wallMs += setByMs;
    expect(host.errorMs).toBe(0);
    host.pass(10_000);
    expect(host.errorMs).toBe(0);
    host.ask(2, 2);
    expect(host.errorMs).toBe(0);
  });

  it('an instant is whole, so that it survives the way through the database', () => {
    host.ask(0.3, 0.1);
    host.pass(0.123);
    expect(Number.isInteger(clock.nowMs())).toBe(true);
    expect(clock.now().getTime()).toBe(clock.nowMs());
  });
});

describe('a span', () => {
  it.each([
    ['is what has passed', 400, 400, 400],
    ['counts the sleep of a machine whose monotonic clock stood still', 0, 3_600_000, 3_600_000],
    ['is no shorter where the host is set back meanwhile', 400, 400 - FIVE_MINUTES, 400],
    // A reading that looks too old costs a query; one that looks too recent would let a revoked session pass.
    ['is the longer one where the host is set on meanwhile', 400, 400 + FIVE_MINUTES, 400 + FIVE_MINUTES],
  ])('%s', (_, monotonicMs, wallMs, expectedMs) => {
    const mark = clock.read();
    host.monotonicMs += monotonicMs;
    host.wallMs += wallMs;
    expect(clock.elapsedMsSince(mark)).toBe(expectedMs);
  });
});
