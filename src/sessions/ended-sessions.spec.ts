import { EndedSessions } from './ended-sessions';

const KEEP = 3_600_000;

describe('the memory of ended sessions', () => {
  let ended: EndedSessions;

  beforeEach(() => {
    ended = new EndedSessions(KEEP);
  });

  it('knows those that ended, and no others', () => {
    ended.add('a', 1_000);
    expect(ended.has('a')).toBe(true);
    expect(ended.has('b')).toBe(false);
    expect(ended.has('')).toBe(false);
  });

  it('keeps one as long as an access token of it may live, to the millisecond', () => {
    ended.add('a', 1_000);
    ended.add('b', 1_000 + KEEP);
    expect(ended.has('a')).toBe(true);
  });

  it('lets one go after that', () => {
    ended.add('a', 1_000);
    ended.add('b', 1_000 + KEEP + 1);
    expect(ended.has('a')).toBe(false);
    expect(ended.has('b')).toBe(true);
  });

  it('lets all of them go that are over, not only the first', () => {
    for (let index = 0; index < 100; index++) ended.add(`old-${index}`, index);
    ended.add('new', 50 + KEEP);
    const left = Array.from({ length: 100 }, (_, index) => index).filter((index) =>
      ended.has(`old-${index}`),
    );
    expect(left).toEqual(Array.from({ length: 50 }, (_, index) => index + 50));
  });

  it('keeps one that is ended again from its last end on', () => {
    ended.add('a', 0);
    ended.add('a', 1_000);
    ended.add('b', KEEP + 500);
    expect(ended.has('a')).toBe(true);
  });

  it('lets the others go although one is ended again and again', () => {
    ended.add('again', 0);
    ended.add('over', 1);
    ended.add('again', KEEP);
    ended.add('new', KEEP + 2);
    expect(ended.has('over')).toBe(false);
    expect(ended.has('again')).toBe(true);
  });
});
