import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../access';
import { Clock } from '../platform/clock';
import { Feed, Recent } from '../platform/feed';

/** The sessions that ended so recently that an access token of theirs may still be alive, whichever instance ended them. */
@Injectable()
export class EndedSessions {
  private readonly ended: Recent<true>;

  constructor(
    private readonly clock: Clock,
    { rememberMs }: AccessSettings,
    feed: Feed,
  ) {
    this.ended = new Recent(rememberMs);
    feed.subscribe({
      topic: 'session-ended',
      keepMs: rememberMs,
      apply: (changes) => {
        const nowMs = clock.nowMs();
        for (const { subject } of changes) this.ended.set(subject, true, nowMs);
      },
    });
  }

  /** Whether access tokens of this session are refused; from memory. */
  has(sessionId: string): boolean {
    return this.ended.get(sessionId, this.clock.nowMs()) === true;
  }
}
