import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { PersonalData, type PersonalDataProvider } from '../platform/personal-data';
import { Credential } from './credential.entity';
import { RegistrationAttempt } from './registration-attempt.entity';

/** Exports when the password was set. Excludes its hash, and registration attempts, which may be of other persons. */
@Injectable()
@PersonalData({ section: 'password', tables: ['credentials', 'registration_attempts'] })
export class PasswordsData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    const credential = await this.database.repository(Credential).findOneBy({ userId });
    return { changedAt: credential?.changedAt ?? null };
  }

  async erase(userId: string): Promise<void> {
    for (const entity of [Credential, RegistrationAttempt])
      await this.database.repository(entity).delete({ userId });
  }
}
