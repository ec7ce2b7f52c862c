import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../access';
import { Clock } from '../platform/clock';
import { Feed, Recent } from '../platform/feed';

/** The users whose roles changed so recently that an access token from before may still be alive. */
@Injectable()
export class AccessVersions {
  private readonly versions: Recent<number>;

  constructor(
    private readonly clock: Clock,
    { rememberMs }: AccessSettings,
    feed: Feed,
  ) {
    this.versions = new Recent(rememberMs);
    feed.subscribe({
      topic: 'access-version',
      keepMs: rememberMs,
      apply: (changes) => {
        for (const { subject, version } of changes) this.raise(subject, version ?? 0);
      },
    });
  }

  /** Whether a token of this version was signed before the user's roles last changed; from memory. */
  isStale(userId: string, version: number): boolean {
    return version < (this.versions.get(userId, this.clock.nowMs()) ?? 0);
  }

  private raise(userId: string, version: number): void {
    if (this.isStale(userId, version)) return;
    this.versions.set(userId, version, this.clock.nowMs());
  }
}
