import { Injectable } from '@nestjs/common';
import { EventBus, OnDomainEvent } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { OneTimeTokens } from '../../platform/one-time-tokens';
import { CredentialsRevoked, SINCE_CREATION } from '../account-recovery';
import { AccountUndo, type Undoing } from '../account-undo';
import { FACTORS_UNDO } from './factor-notices';
import { Factors } from './factors.service';
import { FactorsUndone } from '../second-step.events';

/** Removes the factors that another person may have added, so that they do not lock the owner out. */
@Injectable()
export class FactorRecovery {
  private readonly undoing: Undoing = {
    purpose: FACTORS_UNDO,
    since: () => SINCE_CREATION,
    publish: async ({ userId }) =>
      this.events.publish(new FactorsUndone({ subjectId: userId, actorId: null })),
  };

  constructor(
    private readonly factors: Factors,
    private readonly account: AccountUndo,
    private readonly tokens: OneTimeTokens,
    private readonly events: EventBus,
  ) {}

  /**
   * Removes all factors and recovers the account for the mailbox that got the notice of the first factor.
   * @throws InvalidOrExpiredToken
   */
  async undo(token: string, client: ClientInfo): Promise<void> {
    await this.account.undo(token, this.undoing, client);
  }

  /** A password that was reset by mail keeps the factors: the mailbox alone must not replace a second factor (ASVS 6.4.3). */
  @OnDomainEvent(CredentialsRevoked, 'inTransaction')
  async removeSuspects({ userId, since }: CredentialsRevoked): Promise<void> {
    if (since === null) return;
    const isUndoable = (await this.tokens.findActive(FACTORS_UNDO, userId)).length > 0;
    await this.factors.removeSince(userId, isUndoable ? SINCE_CREATION : since);
  }
}
