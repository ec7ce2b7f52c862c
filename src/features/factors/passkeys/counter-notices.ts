import { Injectable } from '@nestjs/common';
import { EventBus } from '../../../platform/events';
import { CurrentRequest } from '../../../platform/http';
import { Mailer } from '../../../platform/mail';
import { RateLimiter } from '../../../platform/rate-limits';
import { UsersService } from '../../../users';
import type { StoredPasskey } from './passkey.store';
import { PasskeyCounterFell } from './passkeys.events';
import { PASSKEY_COUNTER_FELL } from './passkeys.mails';
import { PASSKEY_NOTICE } from './passkeys.rate-limits';

/** Reports a counter that did not rise: two authenticators have the same key. */
@Injectable()
export class CounterNotices {
  constructor(
    private readonly users: UsersService,
    private readonly events: EventBus,
    private readonly mailer: Mailer,
    private readonly limits: RateLimiter,
    private readonly request: CurrentRequest,
  ) {}

  async notify({ userId, factorId }: StoredPasskey): Promise<void> {
    const facts = { actorId: null, subjectId: userId, details: { factorId } };
    await this.events.publish(new PasskeyCounterFell(facts));
    const user = await this.users.findById(userId);
    if (!user || !(await this.limits.tryConsume(PASSKEY_NOTICE, userId))) return;
    await this.mailer.send(user, PASSKEY_COUNTER_FELL, { language: this.request.context.language });
  }
}
