import { SecurityEvent } from '../platform/events';

/** A command imported users of an older system. */
export class UsersImported extends SecurityEvent {
  static override readonly type = 'users-imported';
}
