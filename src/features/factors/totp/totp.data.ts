import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import { PersonalData, type PersonalDataProvider } from '../../../platform/personal-data';

const ERASE: Statement = { text: 'DELETE FROM totp_secrets WHERE user_id = $1' };

/** Erases the secret, and exports nothing of it: the list of factors has the rest. */
@Injectable()
@PersonalData({ section: 'authenticatorApp', tables: ['totp_secrets'] })
export class TotpData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(): Promise<unknown> {
    return null;
  }

  async erase(userId: string): Promise<void> {
    await this.database.query(ERASE, [userId]);
  }
}
