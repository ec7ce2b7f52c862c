import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { MailTextsModule } from '../../platform/mail';
import { UsersModule } from '../../users';
import { EmailVerificationController } from './email-verification.controller';
import { EMAIL_VERIFICATION } from './email-verification.mails';
import { EmailVerificationService } from './email-verification.service';

const MAILS = MailTextsModule.of({ types: [EMAIL_VERIFICATION] });

@Module({
  imports: [AuthModule, UsersModule, PasswordsModule, MAILS],
  controllers: [EmailVerificationController],
  providers: [EmailVerificationService],
})
export class EmailVerificationModule {}
