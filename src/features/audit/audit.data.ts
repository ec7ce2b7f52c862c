import { Injectable } from '@nestjs/common';
import { PersonalData, type PersonalDataProvider } from '../../platform/personal-data';
import { AuditStore } from './audit.store';

/** The personal data of audit events. The events stay after the deletion of the user, with an id that refers to no account. */
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
