import type { Clock } from '../clock';
import type { ChangeFeed } from './change-feed';
import { ExpiringMap } from './expiring-map';

/** What changed of one topic lately, as the feed tells it; asked from memory. */
export class RecentChanges {
  private readonly versions: ExpiringMap<number>;

  /** @param keepMs how long a change matters at least */
  constructor(
    feed: ChangeFeed,
    private readonly clock: Clock,
    { topic, keepMs }: { readonly topic: string; readonly keepMs: number },
  ) {
    this.versions = new ExpiringMap(keepMs);
    feed.subscribe({
      topic,
      keepMs,
      apply: (changes) => {
        for (const { subject, version } of changes) this.raise(subject, version ?? 0);
      },
    });
  }

  /** The highest version that was told of, 0 of what is not counted; undefined where nothing changed. */
  latestVersion(subject: string): number | undefined {
    return this.versions.get(subject, this.clock.nowMs());
  }

  private raise(subject: string, version: number): void {
    if (version < (this.latestVersion(subject) ?? 0)) return;
    this.versions.set(subject, version, this.clock.nowMs());
  }
}
