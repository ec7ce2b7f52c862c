export { Administrators } from './administrators';
export { type Holding, lackedBy } from './holding';
export { ADMIN, Role } from './role.entity';
export { RolesModule } from './roles.module';
export { holdingIn, type RoleDefinition, RolesService } from './roles.service';
