import { SecurityEvent } from '../platform/events';

/** Users of an older system were taken over by a command. */
export class UsersImported extends SecurityEvent {
  static override readonly type = 'users-imported';
}
