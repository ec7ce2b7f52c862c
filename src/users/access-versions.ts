import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../access';
import { Clock } from '../platform/clock';
import { ChangeFeed, RecentChanges } from '../platform/change-feed';

/** The users whose roles changed so recently that an earlier access token may not have expired. */
@Injectable()
export class AccessVersions {
  private readonly raised: RecentChanges;

  constructor(clock: Clock, { revocationRetentionMs }: AccessSettings, feed: ChangeFeed) {
    this.raised = new RecentChanges(feed, clock, { topic: 'access-version', keepMs: revocationRetentionMs });
  }

  /** Whether a token of this version was signed before the last change of the user's roles, from memory. */
  isStale(userId: string, version: number): boolean {
    return version < (this.raised.latestVersion(userId) ?? 0);
  }
}
