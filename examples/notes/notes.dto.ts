import { ApiProperty } from '@nestjs/swagger';
import { PageType, PlainText } from '../../src/platform/http';
import type { Note } from './note.entity';

export class AddNoteRequest {
  @PlainText({ maxLength: 200 })
  readonly title: string;

  @PlainText({ maxLength: 10_000, multiline: true })
  readonly body: string;
}

export class NoteResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty()
  readonly title: string;

  @ApiProperty()
  readonly body: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  static of({ id, title, body, createdAt }: Note): NoteResponse {
    return { id, title, body, createdAt: createdAt.toISOString() };
  }
}

export class NoteListResponse extends PageType(NoteResponse) {}
