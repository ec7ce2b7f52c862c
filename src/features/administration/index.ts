export { AdministrationModule } from './administration.module';
export { FirstAdmin } from './first-admin';
export {
  InvitationAccepted,
  RoleDeleted,
  RoleSaved,
  RolesChanged,
  UserDisabled,
  UserEnabled,
  UserInvited,
} from './administration.events';
