export { NoteDeleted } from './notes.events';
export { NotesModule } from './notes.module';
