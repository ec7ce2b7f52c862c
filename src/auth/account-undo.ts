import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import type { ClientInfo } from '../platform/http';
import { Mailer } from '../platform/mail';
import {
  InvalidOrExpiredToken,
  OneTimeTokens,
  type TokenPurpose,
  type TokenSubject,
} from '../platform/one-time-tokens';
import { UsersService } from '../users';
import { AccountRecovery, requireActiveUser } from './account-recovery';
import { ADDRESS_RESTORED } from './auth.mails';

export interface Undoing {
  /** Of links whose details have the address of the mailbox that they were sent to, as `email`. */
  readonly purpose: TokenPurpose;
  /** From when on another person may have controlled the account. */
  readonly since: (link: TokenSubject) => Date;
  /** Publishes the security event, in the transaction of the undo. */
  readonly publish: (link: TokenSubject) => Promise<void>;
}

/** Undoes changes of accounts by the links in their notices: recovers the account for the mailbox that got the notice. */
@Injectable()
export class AccountUndo {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersService,
    private readonly recovery: AccountRecovery,
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** An undo voids the password, so it needs a module that mails the link to set a new one. */
  get isPossible(): boolean {
    return this.mailer.resolves(ADDRESS_RESTORED);
  }

  /**
   * Restores the address, voids the password, ends every session and mails a link that sets a new password.
   * @throws InvalidOrExpiredToken, also where the undo is not possible: the owner would be locked out
   */
  async undo(token: string, { purpose, since, publish }: Undoing, { language }: ClientInfo): Promise<void> {
    if (!this.isPossible) throw new InvalidOrExpiredToken();
    const { userId } = await this.tokens.get(purpose, token);
    await this.database.transaction(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const link = await this.tokens.redeem(purpose, token);
      const { email = '' } = link.details;
      const reservedUntil = new Date(this.clock.nowMs() + purpose.lifetimeMs);
      if (!(await this.users.restoreEmail(user, email, reservedUntil))) throw new InvalidOrExpiredToken();
      await this.recovery.recover(userId, { hash: null, since: since(link) });
      await publish(link);
      await this.mailer.request(ADDRESS_RESTORED, { address: email, language, isUnlimited: true });
    });
  }
}
