import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Clock } from '../../src/platform/clock';
import { Database } from '../../src/platform/database';
import { EventBus } from '../../src/platform/events';
import { NotFound, type PageQuery, parseCursor } from '../../src/platform/http';
import { Note } from './note.entity';
import type { AddNoteRequest } from './notes.dto';
import { NoteDeleted } from './notes.events';

/** The notes of users. Every method is limited to the notes of one user. */
@Injectable()
export class NotesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: EventBus,
  ) {}

  /** Returns the newest first, and one more than `limit` where there is a next page. */
  async list(userId: string, page: PageQuery): Promise<Note[]> {
    const after = parseCursor(page);
    return this.database.repository(Note).find({
      where: { userId, ...(after !== undefined && { id: LessThan(after) }) },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
  }

  async add(userId: string, { title, body }: AddNoteRequest): Promise<Note> {
    const note = { id: this.clock.newId(), userId, title, body, createdAt: this.clock.now() };
    return this.database.repository(Note).save(note);
  }

  /** @throws NotFound also for a note of another user */
  async get(userId: string, id: string): Promise<Note> {
    const note = await this.database.repository(Note).findOneBy({ id, userId });
    if (!note) throw new NotFound();
    return note;
  }

  /** @throws NotFound also for a note of another user */
  async delete(userId: string, id: string): Promise<void> {
    await this.database.transaction(async () => {
      const { affected } = await this.database.repository(Note).delete({ id, userId });
      if (affected !== 1) throw new NotFound();
      await this.events.publish(new NoteDeleted({ subjectId: userId, details: { note: id } }));
    });
  }
}
