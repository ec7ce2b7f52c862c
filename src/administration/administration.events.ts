import { SecurityEvent } from '../platform/events';

export class UserInvited extends SecurityEvent {
  static override readonly type = 'user-invited';
}

export class InvitationAccepted extends SecurityEvent {
  static override readonly type = 'invitation-accepted';
}

export class UserDisabled extends SecurityEvent {
  static override readonly type = 'user-disabled';
}

export class UserEnabled extends SecurityEvent {
  static override readonly type = 'user-enabled';
}

/** Somebody was given roles, or they were taken from them. */
export class RolesChanged extends SecurityEvent {
  static override readonly type = 'roles-changed';
}

/** A role was made, or what it lets its holders do was changed. */
export class RoleSaved extends SecurityEvent {
  static override readonly type = 'role-saved';
}

export class RoleDeleted extends SecurityEvent {
  static override readonly type = 'role-deleted';
}
