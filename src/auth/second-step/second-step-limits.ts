import { Injectable } from '@nestjs/common';
import { OnDomainEvent } from '../../platform/events';
import { type RateLimitAttempt, RateLimiter } from '../../platform/rate-limits';
import { CredentialsRevoked } from '../account-recovery';
import type { FactorLimits } from './factor';
import { FactorKinds } from './factor-kinds';
import type { PendingSignIn } from './pending-sign-in.store';

/** Counts wrong proofs and calls of `begin` by account, by known device or by session, over all tokens and instances. */
@Injectable()
export class SecondStepLimits {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly kinds: FactorKinds,
  ) {}

  /** @returns the attempt to refund after a correct proof; undefined where the kind has no limits. @throws RateLimited */
  async consume(
    limits: FactorLimits | undefined,
    { userId, sessionId, device }: Pick<PendingSignIn, 'userId' | 'sessionId' | 'device'>,
  ): Promise<RateLimitAttempt | undefined> {
    if (!limits) return undefined;
    if (sessionId !== null) return this.limiter.consume(limits.session, sessionId);
    if (device !== null) return this.limiter.consume(limits.device, userId, device);
    return this.limiter.consume(limits.account, userId);
  }

  async refund(attempt: RateLimitAttempt | undefined): Promise<void> {
    if (attempt) await this.limiter.refund(attempt);
  }

  /** A recovered account starts anew. A reset by mail resets nothing, or the mailbox would give any number of guesses. */
  @OnDomainEvent(CredentialsRevoked, 'inTransaction')
  async reset({ userId, since }: CredentialsRevoked): Promise<void> {
    if (since === null) return;
    for (const { options } of this.kinds.all())
      for (const limits of [options.limits, options.beginLimits])
        if (limits) await this.limiter.reset(limits.account, userId);
  }
}
