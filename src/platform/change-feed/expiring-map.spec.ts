import fc from 'fast-check';
import { ExpiringMap } from './expiring-map';

const KEEP_MS = 1_000;
const NOON = Date.UTC(2026, 0, 1, 12);

describe('what changed recently', () => {
  it.each([
    ['at once', 0, true],
    ['within the time it is kept', KEEP_MS / 2, true],
    ['at the end of that time', KEEP_MS, true],
    ['a quarter more later', 1.25 * KEEP_MS, false],
    ['a day later', 86_400_000, false],
  ])('%s: known or forgotten', (_, afterMs, known) => {
    for (let phase = 0; phase < KEEP_MS; phase += 50) {
      const recent = new ExpiringMap<string>(KEEP_MS);
      recent.set('a', 'x', NOON + phase);
      expect(recent.get('a', NOON + phase + afterMs)).toBe(known ? 'x' : undefined);
    }
  });

  it('is nothing at first, and nothing of another key', () => {
    const recent = new ExpiringMap<string>(KEEP_MS);
    expect(recent.get('a', NOON)).toBeUndefined();
    recent.set('a', 'x', NOON);
    expect(recent.get('b', NOON)).toBeUndefined();
  });

  it('is the latest value, whatever was said before and whenever', () => {
    const recent = new ExpiringMap<number>(KEEP_MS);
    for (let count = 0; count < 20; count++) {
      recent.set('a', count, NOON + count * 90);
      expect(recent.get('a', NOON + count * 90)).toBe(count);
    }
  });

  it('counts what is remembered, and lets go of it without being asked about it', () => {
    const recent = new ExpiringMap<true>(KEEP_MS);
    for (let key = 0; key < 1_000; key++) recent.set(String(key), true, NOON);
    expect(recent.size).toBe(1_000);
    recent.set('later', true, NOON + 2 * KEEP_MS);
    expect(recent.size).toBe(1);
  });

  it('is not forgotten by a clock that goes back', () => {
    const recent = new ExpiringMap<string>(KEEP_MS);
    recent.set('before', 'x', NOON);
    for (const back of [1, KEEP_MS, 10 * KEEP_MS, NOON]) {
      expect(recent.get('before', NOON - back)).toBe('x');
      recent.set(`set ${back} earlier`, 'y', NOON - back);
    }
    for (const back of [1, KEEP_MS, 10 * KEEP_MS, NOON]) {
      expect(recent.get(`set ${back} earlier`, NOON - back + KEEP_MS)).toBe('y');
      expect(recent.get(`set ${back} earlier`, NOON + KEEP_MS)).toBe('y');
    }
    expect(recent.get('before', NOON + 1.25 * KEEP_MS)).toBeUndefined();
    expect(recent.size).toBe(0);
  });

  it('takes a leap of any length at once', () => {
    const recent = new ExpiringMap<string>(KEEP_MS);
    recent.set('a', 'x', 0);
    for (const now of [NOON, NOON * 100, Number.MAX_SAFE_INTEGER]) {
      expect(recent.get('a', now)).toBeUndefined();
      recent.set('a', 'x', now);
      expect(recent.get('a', now)).toBe('x');
    }
  });
});

/** What it ought to know, kept the slow way: every setting with its instant. */
class Ledger {
  private readonly settings: { key: string; value: number; setAt: number }[] = [];
  private now = 0;

  set(key: string, value: number, nowMs: number): void {
    this.settings.push({ key, value, setAt: this.tick(nowMs) });
  }

  /** The values that an answer may have. */
  allowed(key: string, nowMs: number): (number | undefined)[] {
    const now = this.tick(nowMs);
    const last = this.settings.findLast((setting) => setting.key === key);
    if (!last || now >= last.setAt + 1.25 * KEEP_MS) return [undefined];
    return now <= last.setAt + KEEP_MS ? [last.value] : [last.value, undefined];
  }

  /** The furthest the clock has been. */
  private tick(nowMs: number): number {
    return (this.now = Math.max(this.now, nowMs));
  }
}

const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  isSet: fc.boolean(),
  // Mostly small steps, some back, some far ahead.
  passMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
    { weight: 2, arbitrary: fc.integer({ min: -3_000, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  ),
});

describe('whatever is set and asked, in whichever order, by a clock that may go back', () => {
  it('the latest value is known for the whole time and forgotten a quarter later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: NOON }), fc.array(step, { maxLength: 60 }), (start, steps) => {
        const recent = new ExpiringMap<number>(KEEP_MS);
        const ledger = new Ledger();
        let now = start;
        for (const [index, { key, isSet, passMs }] of steps.entries()) {
          now = Math.max(0, now + passMs);
          if (isSet) {
            recent.set(key, index, now);
            ledger.set(key, index, now);
          }
          expect(ledger.allowed(key, now)).toContain(recent.get(key, now));
        }
      }),
      { numRuns: 100 },
    );
  });
});
