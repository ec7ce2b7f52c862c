import { Module } from '@nestjs/common';
import { AccessModule } from '../access';
import { DatabaseModule } from '../platform/database';
import { AccessVersions } from './access-versions';
import { CreateUsers1795000001000 } from './migrations/1795000001000-create-users';
import { PublishAccessVersions1795100002000 } from './migrations/1795100002000-publish-access-versions';
import { User } from './user.entity';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

@Module({
  imports: [
    AccessModule,
    DatabaseModule.forFeature([User], [CreateUsers1795000001000, PublishAccessVersions1795100002000]),
  ],
  controllers: [UsersController],
  providers: [UsersService, AccessVersions],
  exports: [UsersService, AccessVersions],
})
export class UsersModule {}
