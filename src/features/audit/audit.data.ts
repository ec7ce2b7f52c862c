import { Injectable } from '@nestjs/common';
import { PersonalData, type PersonalDataProvider } from '../../platform/personal-data';
import { AuditStore } from './audit.store';

/** What is recorded of a user, and from where; that something happened stays when they go, with an id that nothing else has. */
@Injectable()
@PersonalData({ section: 'audit', tables: ['audit_personal'] })
export class AuditData implements PersonalDataProvider {
  constructor(private readonly store: AuditStore) {}

  export(userId: string): AsyncIterable<unknown> {
    return this.store.ofUser(userId);
  }

  async erase(userId: string): Promise<void> {
    await this.store.erase(userId);
  }
}
