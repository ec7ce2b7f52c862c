import fc from 'fast-check';
import {
  DAY,
  expectLives,
  HOUR,
  MINUTE,
  type NamedKey,
  NOW,
  PERIODS,
  schedule,
  TAKES_BACK,
} from '../../test/support/key-lives';
import { KeySchedule } from './key-schedule';

/** Keys by name and age, the newest first; in capitals those of another algorithm. */
function keysOf(ages: Record<string, number>): NamedKey[] {
  return Object.entries(ages).map(([name, age]) => ({
    name,
    algorithm: name === name.toUpperCase() ? 'RS256' : 'ES256',
    createdAt: new Date(NOW - age),
  }));
}

const namesOf = (keys: readonly NamedKey[]) => keys.map(({ name }) => name).join('');

describe('the key that signs', () => {
  it.each([
    ['is none where there is none', {}, undefined],
    ['is none where there are only keys of another algorithm', { A: DAY }, undefined],
    ['is the only one, however young', { a: 0 }, 'a'],
    ['is the only one, however old', { a: 4_000 * DAY }, 'a'],
    ['is the only one, even if it was made in the future', { a: -400 * DAY }, 'a'],
    ['is not the next one before it was published for long enough', { b: HOUR - 1, a: 90 * DAY }, 'a'],
    ['is the next one from then on', { b: HOUR, a: 90 * DAY }, 'b'],
    ['is the one before where the newest was published in haste', { c: MINUTE, b: 2 * HOUR, a: DAY }, 'b'],
    ['is the one published longest where none was for long enough', { c: 1, b: 2, a: 3 }, 'a'],
    ['is of the chosen algorithm, whatever is newer', { B: DAY, a: 90 * DAY, A: 95 * DAY }, 'a'],
    ['is not one from the future', { b: -1, a: DAY }, 'a'],
  ])('%s', (_, ages, expected) => {
    expect(schedule.signer(keysOf(ages), 'ES256', NOW)?.name).toBe(expected);
  });
});

describe('the next key', () => {
  it.each([
    ['is due where there is none', {}, true],
    ['is due where there are only keys of another algorithm', { A: DAY }, true],
    ['is not due while the newest has not signed for its period', { a: 90 * DAY - 1 }, false],
    ['is due from then on', { a: 90 * DAY }, true],
    ['is due however late it is', { a: 400 * DAY }, true],
    ['is not due twice', { b: 0, a: 400 * DAY }, false],
    ['is not spared by a younger one of another algorithm', { A: 0, a: 90 * DAY }, true],
  ])('%s', (_, ages, expected) => {
    expect(schedule.needsNext(keysOf(ages), 'ES256', NOW)).toBe(expected);
  });
});

describe('a key is taken back', () => {
  it.each([
    ['never where there is no other', { a: 4_000 * DAY }, ''],
    ['not while the last token that it signed may be alive', { b: TAKES_BACK - 1, a: 90 * DAY }, ''],
    ['once that has expired', { b: TAKES_BACK, a: 90 * DAY }, 'a'],
    ['with all before it', { c: TAKES_BACK, b: 90 * DAY, a: 180 * DAY }, 'ba'],
    ['but not the one that signs while the next one waits', { c: 0, b: TAKES_BACK, a: DAY }, 'a'],
    ['with those of the algorithm before', { a: TAKES_BACK, B: DAY, A: 90 * DAY }, 'BA'],
    ['not while it signs, where an algorithm came and went', { B: DAY, a: 90 * DAY }, ''],
    ['not for an earlier time of an algorithm', { b: MINUTE, A: DAY, a: 90 * DAY }, ''],
    ['with all before the change once that is long ago', { b: TAKES_BACK, A: DAY, a: 90 * DAY }, 'Aa'],
  ])('%s', (_, ages, expected) => {
    expect(namesOf(schedule.retired(keysOf(ages), 'ES256', NOW))).toBe(expected);
  });
});

describe('the period of a key', () => {
  it.each([
    ['90 days', 90 * DAY, HOUR, 300],
    ['ten years', 3_650 * DAY, HOUR, 300],
    ['four hours', 4 * HOUR, HOUR, 300],
    ['an hour', HOUR, 15 * MINUTE, 300],
    ['the shortest, SIGNING_KEY_DAYS=0.001', 0.001 * DAY, 21_600, 10],
  ])('of %s gives others time to fetch the next one', (_, periodMs, leadMs, cacheSeconds) => {
    const { leadMs: lead, cacheSeconds: cache } = new KeySchedule(periodMs);
    expect([lead, cache]).toEqual([leadMs, cacheSeconds]);
  });

  it('whatever it is, lets a copy of the key set be fetched twice before a new key signs', () => {
    const periods = fc.double({ min: 0.001 * DAY, max: 3_650 * DAY, noNaN: true });
    fc.assert(
      fc.property(periods, (periodMs) => {
        const { leadMs, cacheSeconds } = new KeySchedule(periodMs);
        expect(cacheSeconds).toBeGreaterThan(0);
        expect(2 * cacheSeconds * 1_000).toBeLessThanOrEqual(leadMs);
        expect(leadMs).toBeLessThan(periodMs);
      }),
    );
  });
});

// Many more of them: test/slow/key-models.spec.ts.
describe('whatever is done to the keys, and whenever', () => {
  it.each(PERIODS)(
    'one key signs, published in time, and none of its tokens outlives it (period: %p days)',
    (days) => {
      expect(() => expectLives(days, 30)).not.toThrow();
    },
  );
});
