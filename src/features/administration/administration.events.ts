import { SecurityEvent } from '../../platform/events';

/** An administrator made an account for an address, or invited it again. */
export class UserInvited extends SecurityEvent {
  static override readonly type = 'user-invited';
}

/** An invited user set a password, which also proves the address. */
export class InvitationAccepted extends SecurityEvent {
  static override readonly type = 'invitation-accepted';
}

/** An administrator shut an account; its sessions are over. */
export class UserDisabled extends SecurityEvent {
  static override readonly type = 'user-disabled';
}

/** An administrator opened an account again. */
export class UserEnabled extends SecurityEvent {
  static override readonly type = 'user-enabled';
}

/** Roles of a user were added or removed. */
export class RolesChanged extends SecurityEvent {
  static override readonly type = 'roles-changed';
}

/** A role was made, or what it lets its holders do was changed. */
export class RoleSaved extends SecurityEvent {
  static override readonly type = 'role-saved';
}

/** A role was deleted, and removed from every user who had it. */
export class RoleDeleted extends SecurityEvent {
  static override readonly type = 'role-deleted';
}
