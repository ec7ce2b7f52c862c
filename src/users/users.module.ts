import { Module } from '@nestjs/common';
import { DatabaseModule } from '../platform/database';
import { CreateUsers1795000001000 } from './migrations/1795000001000-create-users';
import { User } from './user.entity';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

@Module({
  imports: [DatabaseModule.forFeature([User], [CreateUsers1795000001000])],
  controllers: [UsersController],
  providers: [UsersService],
  exports: [UsersService],
})
export class UsersModule {}
