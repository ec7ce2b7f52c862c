import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { FormerEmail } from './former-email.entity';

/**
 * Decides whether an address that no account has is reserved. To be called after the row with the address was written: a user who changes
 * the address reserves the former one in the same transaction, so an earlier read could see neither.
 */
@Injectable()
export class ReservedEmails {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @returns the addresses that are reserved for an account other than `userId` */
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
