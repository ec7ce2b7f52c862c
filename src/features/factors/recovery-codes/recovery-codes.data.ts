import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import { PersonalData, type PersonalDataProvider } from '../../../platform/personal-data';
import { RecoveryCodeStore } from './recovery-code.store';

const ERASE: Statement = { text: 'DELETE FROM recovery_codes WHERE user_id = $1' };

/** How many codes the user has; the codes themselves are not stored in the clear. */
@Injectable()
@PersonalData({ section: 'recoveryCodes', tables: ['recovery_codes'] })
export class RecoveryCodesData implements PersonalDataProvider {
  constructor(
    private readonly database: Database,
    private readonly store: RecoveryCodeStore,
  ) {}

  async export(userId: string): Promise<unknown> {
    return { left: await this.store.count(userId) };
  }

  async erase(userId: string): Promise<void> {
    await this.database.query(ERASE, [userId]);
  }
}
