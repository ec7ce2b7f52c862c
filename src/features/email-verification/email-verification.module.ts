import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { UsersModule } from '../../users';
import { EmailVerificationController } from './email-verification.controller';
import { EmailVerificationService } from './email-verification.service';

@Module({
  imports: [AuthModule, UsersModule, PasswordsModule],
  controllers: [EmailVerificationController],
  providers: [EmailVerificationService],
})
export class EmailVerificationModule {}
