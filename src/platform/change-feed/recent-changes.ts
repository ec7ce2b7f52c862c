import type { Clock } from '../clock';
import type { ChangeFeed } from './change-feed';
import { ExpiringMap } from './expiring-map';

export class RecentChanges {
  private readonly versions: ExpiringMap<number>;

  /** @param keepMs how long a change matters, in milliseconds */
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

  /** The highest version of a subject, 0 for subjects without versions; undefined where nothing changed recently. */
  latestVersion(subject: string): number | undefined {
    return this.versions.get(subject, this.clock.nowMs());
  }

  private raise(subject: string, version: number): void {
    if (version < (this.latestVersion(subject) ?? 0)) return;
    this.versions.set(subject, version, this.clock.nowMs());
  }
}
