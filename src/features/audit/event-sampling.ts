/** Events that are recorded in a minute: of each source and type, and of each type from all sources of an instance together. */
const PER_SOURCE = 5;
const IN_ALL = 300;
const MINUTE_MS = 60_000;
const MOST_SOURCES = 10_000;

/** The numbers of events that were skipped before one that is recorded. */
export interface SkippedCounts {
  readonly skipped: number;
  /** Of the same type from sources of which no event has been recorded since. */
  readonly skippedElsewhere: number;
}

interface Seen {
  readonly type: string;
  events: number;
  recorded: number;
  skipped: number;
}

/** Limits the events that anonymous callers can cause: a sample is recorded, and the rest is counted. */
export class EventSampling {
  private minute = 0;
  private recorded = new Map<string, number>();
  private sources = new Map<string, Seen>();
  private readonly elsewhere = new Map<string, number>();

  /** @returns undefined where the event is skipped */
  take(type: string, source: string, nowMs: number): SkippedCounts | undefined {
    this.turnTo(Math.floor(nowMs / MINUTE_MS));
    const seen = this.seen(type, source);
    if (!seen || seen.recorded >= PER_SOURCE || this.recordedOf(type) >= IN_ALL) {
      if (seen) Object.assign(seen, { events: seen.events + 1, skipped: seen.skipped + 1 });
      else this.skipElsewhere(type, 1);
      return undefined;
    }
    const { skipped } = seen;
    const skippedElsewhere = this.elsewhere.get(type) ?? 0;
    this.elsewhere.delete(type);
    Object.assign(seen, { events: seen.events + 1, recorded: seen.recorded + 1, skipped: 0 });
    this.recorded.set(type, this.recordedOf(type) + 1);
    return { skipped, skippedElsewhere };
  }

  private recordedOf(type: string): number {
    return this.recorded.get(type) ?? 0;
  }

  private seen(type: string, source: string): Seen | undefined {
    const key = `${type} ${source}`;
    const known = this.sources.get(key);
    if (known || this.sources.size >= MOST_SOURCES) return known;
    const seen: Seen = { type, events: 0, recorded: 0, skipped: 0 };
    this.sources.set(key, seen);
    return seen;
  }

  private turnTo(minute: number): void {
    if (minute === this.minute) return;
    const [before, kept] = [this.sources, new Map<string, Seen>()];
    for (const [key, seen] of before) {
      // A source without an event in the last minute may not return, so its count is recorded with another source.
      if (seen.events === 0) this.skipElsewhere(seen.type, seen.skipped);
      else if (seen.skipped > 0) kept.set(key, { ...seen, events: 0, recorded: 0 });
    }
    Object.assign(this, { minute, recorded: new Map(), sources: kept });
  }

  private skipElsewhere(type: string, count: number): void {
    this.elsewhere.set(type, (this.elsewhere.get(type) ?? 0) + count);
  }
}
