import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database';
import { PersonalData, type PersonalDataProvider } from '../../platform/personal-data';
import { StoredFactor } from './factor.entity';

const ERASE_PENDING: Statement = { text: 'DELETE FROM pending_sign_ins WHERE user_id = $1' };

/** The factors of the user, without what they are made of. */
@Injectable()
@PersonalData({ section: 'factors', tables: ['factors', 'pending_sign_ins'] })
export class FactorsData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    const factors = await this.database
      .repository(StoredFactor)
      .find({ where: { userId }, order: { id: 'ASC' } });
    return factors.map(({ id, kind, name, createdAt, lastUsedAt }) => ({
      id,
      kind,
      name,
      createdAt,
      lastUsedAt,
    }));
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(StoredFactor).delete({ userId });
    await this.database.query(ERASE_PENDING, [userId]);
  }
}
