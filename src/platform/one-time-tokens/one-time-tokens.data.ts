import { Injectable } from '@nestjs/common';
import { Database } from '../database';
import { PersonalData, type PersonalDataProvider } from '../personal-data';

const TOKENS_OF_USER = {
  text: `SELECT purpose, details, created_at AS "createdAt", expires_at AS "expiresAt"
    FROM one_time_tokens WHERE user_id = $1 ORDER BY created_at`,
};
const ERASE = { text: 'DELETE FROM one_time_tokens WHERE user_id = $1' };

@Injectable()
@PersonalData({ section: 'pendingLinks', tables: ['one_time_tokens'] })
export class OneTimeTokensData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    return this.database.query(TOKENS_OF_USER, [userId]);
  }

  async erase(userId: string): Promise<void> {
    await this.database.query(ERASE, [userId]);
  }
}
