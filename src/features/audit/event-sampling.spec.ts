import { type SkippedCounts, EventSampling } from './event-sampling';

const MINUTE_MS = 60_000;
const NOTHING: SkippedCounts = { skipped: 0, skippedElsewhere: 0 };

describe('the sampling of events that cost a stranger nothing', () => {
  let sampling: EventSampling;
  let nowMs: number;

  beforeEach(() => {
    sampling = new EventSampling();
    nowMs = 0;
  });

  const take = (source: string, type = 'order-attempted') => sampling.take(type, source, nowMs);
  const isTaken = (skipped: SkippedCounts | undefined) => skipped !== undefined;

  it('takes five a minute from a source, and then counts what it skipped', () => {
    const taken = Array.from({ length: 9 }, () => take('a'));
    expect(taken.filter(isTaken)).toEqual([NOTHING, NOTHING, NOTHING, NOTHING, NOTHING]);
    expect(take('b')).toEqual(NOTHING);
    nowMs += MINUTE_MS;
    expect(take('a')).toEqual({ skipped: 4, skippedElsewhere: 0 });
    expect(take('a')).toEqual(NOTHING);
  });

  it('takes 300 a minute of a type from all sources, and says later how many it did not', () => {
    const taken = Array.from({ length: 320 }, (_, source) => take(`source ${source}`));
    expect(taken.filter(isTaken)).toHaveLength(300);
    expect(take('source 0', 'order-refused')).toEqual(NOTHING);
    nowMs += 3 * MINUTE_MS;
    expect(take('another')).toEqual(NOTHING);
    nowMs += MINUTE_MS;
    expect(take('another')).toEqual({ skipped: 0, skippedElsewhere: 20 });
  });
});
