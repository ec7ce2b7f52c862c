export { Administrators } from './administrators';
export { type PermissionSet, missingPermissions } from './permission-set';
export { ADMIN, Role } from './role.entity';
export { RolesModule } from './roles.module';
export { permissionSetOf, type RoleDefinition, RolesService } from './roles.service';
