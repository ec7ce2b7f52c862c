import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { UsersModule } from '../../users';
import { PasswordResetController } from './password-reset.controller';
import { PasswordResetService } from './password-reset.service';

@Module({
  imports: [AuthModule, UsersModule, PasswordsModule],
  controllers: [PasswordResetController],
  providers: [PasswordResetService],
})
export class PasswordResetModule {}
