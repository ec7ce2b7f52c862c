import { Module } from '@nestjs/common';
import { PermissionsModule } from '../../src/access';
import { DatabaseModule } from '../../src/platform/database';
import { CreateNotes1795600000000 } from './migrations/1795600000000-create-notes';
import { Note } from './note.entity';
import { NotesController } from './notes.controller';
import { NotesData } from './notes.data';
import { NotesService } from './notes.service';

@Module({
  imports: [
    DatabaseModule.forFeature([Note], [CreateNotes1795600000000]),
    PermissionsModule.of({
      'notes:read': 'Read their own notes',
      'notes:write': 'Write and delete their own notes',
    }),
  ],
  controllers: [NotesController],
  providers: [NotesService, NotesData],
})
export class NotesModule {}
