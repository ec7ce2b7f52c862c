import { Module } from '@nestjs/common';
import { AccessModule } from '../access';
import { DatabaseModule } from '../platform/database';
import { AccessVersions } from './access-versions';
import { FormerEmail } from './former-email.entity';
import { CreateUsers1795000001000 } from './migrations/1795000001000-create-users';
import { ImportedUsers } from './imported-users';
import { ReservedEmails } from './reserved-emails';
import { User } from './user.entity';
import { UserSearch } from './user-search';
import { UsersController } from './users.controller';
import { UsersData } from './users.data';
import { UsersService } from './users.service';
import { UsersJobs } from './users.jobs';

@Module({
  imports: [AccessModule, DatabaseModule.forFeature([User, FormerEmail], [CreateUsers1795000001000])],
  controllers: [UsersController],
  providers: [ReservedEmails, UsersService, AccessVersions, UsersData, UsersJobs, UserSearch, ImportedUsers],
  exports: [UsersService, UserSearch, ImportedUsers, AccessVersions],
})
export class UsersModule {}
