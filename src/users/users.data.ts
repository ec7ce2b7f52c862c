import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { PersonalData, type PersonalDataProvider } from '../platform/personal-data';
import { FormerEmail } from './former-email.entity';
import { User } from './user.entity';

/** Exports the account. Its row is deleted last, because other tables reference it. */
@Injectable()
@PersonalData({ section: 'account', tables: ['users', 'former_emails'] })
export class UsersData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    const user = await this.database.repository(User).findOneBy({ id: userId });
    const formerEmails = await this.database.repository(FormerEmail).findBy({ userId });
    return {
      ...(user as object),
      formerEmails: formerEmails.map(({ email, reservedUntil }) => ({ email, reservedUntil })),
    };
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(FormerEmail).delete({ userId });
  }
}
