import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../access';
import { Clock } from '../platform/clock';
import { ChangeFeed, RecentChanges } from '../platform/change-feed';

/** The sessions that ended so recently that an access token of theirs may still be alive, whichever instance ended them. */
@Injectable()
export class RevokedSessions {
  private readonly ended: RecentChanges;

  constructor(clock: Clock, { revocationRetentionMs }: AccessSettings, feed: ChangeFeed) {
    this.ended = new RecentChanges(feed, clock, { topic: 'session-ended', keepMs: revocationRetentionMs });
  }

  /** Whether access tokens of this session are refused; from memory. */
  has(sessionId: string): boolean {
    return this.ended.latestVersion(sessionId) !== undefined;
  }
}
