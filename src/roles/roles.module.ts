import { Module } from '@nestjs/common';
import { AccessModule } from '../access';
import { DatabaseModule } from '../platform/database';
import { Administrators } from './administrators';
import { CreateRoles1795400000600 } from './migrations/1795400000600-create-roles';
import { Role } from './role.entity';
import { RolesDoctorCheck } from './roles.doctor';
import { RolesService } from './roles.service';

@Module({
  imports: [AccessModule, DatabaseModule.forFeature([Role], [CreateRoles1795400000600])],
  providers: [RolesService, Administrators, RolesDoctorCheck],
  exports: [RolesService, Administrators],
})
export class RolesModule {}
