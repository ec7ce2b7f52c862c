import { SecurityEvent } from '../../src/platform/events';

/** Recorded in the audit trail, as every `SecurityEvent` is. */
export class NoteDeleted extends SecurityEvent {
  static override readonly type = 'note-deleted';
}
