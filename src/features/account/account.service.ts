import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { AccountDeletion } from '../../auth';
import { RateLimiter } from '../../platform/rate-limits';
import { Clock } from '../../platform/clock';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { PersonalDataRegistry } from '../../platform/personal-data';
import { Administrators } from '../../roles';
import { ACCOUNT_EXPORT } from './account.rate-limits';
import { AccountExported } from './account.events';
import { ACCOUNT_WAS_DELETED } from './account.mails';
import { OwnAccount } from './own-account';

/** In characters. */
const WHOLE_LENGTH = 262_144;

@Injectable()
export class AccountService {
  constructor(
    private readonly own: OwnAccount,
    private readonly administrators: Administrators,
    private readonly deletion: AccountDeletion,
    private readonly personalData: PersonalDataRegistry,
    private readonly attempts: RateLimiter,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the data of all modules about the user: an `ExportResponse` as JSON, in one piece where it is small
   * @throws RateLimited
   */
  async export({ userId }: Principal): Promise<string | AsyncIterable<string>> {
    await this.attempts.consume(ACCOUNT_EXPORT, userId);
    const sections = await this.personalData.export(userId);
    await this.events.publish(new AccountExported({ subjectId: userId }));
    return wholeIfSmall(exportOf(this.clock.now(), sections));
  }

  /**
   * Deletes the account and the data of all modules about it, in one transaction.
   * @throws InvalidCredentials where the password is wrong, Conflict where this is the last admin
   */
  async delete(principal: Principal, password: string, { language }: ClientInfo): Promise<void> {
    const proven = await this.own.confirmPassword(principal, password);
    await this.administrators.withAdministrationLock(async () => {
      const user = await this.own.lock(principal, proven);
      await this.deletion.deleteAccount(user);
      await this.mailer.send(user, ACCOUNT_WAS_DELETED, { language });
    });
  }
}

/** A streamed response can only be cut off, and not be replaced by a problem, once it has begun: a small one is therefore sent at once. */
async function wholeIfSmall(pieces: AsyncGenerator<string>): Promise<string | AsyncIterable<string>> {
  let text = '';
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return text;
    text += value;
    if (text.length > WHOLE_LENGTH) return joined(text, pieces);
  }
}

async function* joined(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* exportOf(at: Date, sections: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  yield `{"exportedAt":${JSON.stringify(at)},"data":`;
  yield* sections;
  yield '}';
}
