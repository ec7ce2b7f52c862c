import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { PersonalData, type PersonalDataProvider } from '../platform/personal-data';
import { Session } from './session.entity';

/** Where the user was signed in, as far as that is still kept; not what the refresh tokens are recognised by. */
@Injectable()
@PersonalData({ section: 'sessions', tables: ['sessions'] })
export class SessionsData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    const sessions = await this.database
      .repository(Session)
      .find({ where: { userId }, order: { id: 'DESC' } });
    return sessions.map((session) => ({
      ...(session as object),
      userId: undefined,
      secretDigest: undefined,
    }));
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(Session).delete({ userId });
  }
}
