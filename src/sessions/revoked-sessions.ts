import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../access';
import { Clock } from '../platform/clock';
import { ChangeFeed, RecentChanges } from '../platform/change-feed';

/** Sessions that any instance revoked so recently that an access token of theirs may not have expired. */
@Injectable()
export class RevokedSessions {
  private readonly revoked: RecentChanges;

  constructor(clock: Clock, { revocationRetentionMs }: AccessSettings, feed: ChangeFeed) {
    this.revoked = new RecentChanges(feed, clock, { topic: 'session-ended', keepMs: revocationRetentionMs });
  }

  /** Whether access tokens of this session are refused; from memory. */
  has(sessionId: string): boolean {
    return this.revoked.latestVersion(sessionId) !== undefined;
  }
}
