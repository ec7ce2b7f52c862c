import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { FormerEmail } from './former-email.entity';

/**
 * The one decision whether an address that no account has may be taken. To be asked after the row with the address was written: a user
 * who gives an address up reserves it in the same transaction, so a reader that comes first could see neither.
 */
@Injectable()
export class ReservedEmails {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @returns those of the addresses that another account than that of `userId` may get back */
  async among(emails: readonly string[], userId: string | null): Promise<string[]> {
    const reservedUntil = MoreThan(this.clock.now());
    const found = await this.database
      .repository(FormerEmail)
      .findBy({ email: In([...emails]), reservedUntil });
    return found.filter((former) => former.userId !== userId).map(({ email }) => email);
  }

  async isForOther(email: string, userId: string): Promise<boolean> {
    return (await this.among([email], userId)).length > 0;
  }
}
