import { Injectable } from '@nestjs/common';
import { Database } from '../../src/platform/database';
import { PersonalData, type PersonalDataProvider } from '../../src/platform/personal-data';
import { Note } from './note.entity';

/** Exports the notes of a user, and erases them with the account. */
@Injectable()
@PersonalData({ section: 'notes', tables: ['notes'] })
export class NotesData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    return this.database.repository(Note).find({ where: { userId }, order: { id: 'DESC' } });
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(Note).delete({ userId });
  }
}
