import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { MailTextsModule } from '../../platform/mail';
import { UsersModule } from '../../users';
import { PasswordResetController } from './password-reset.controller';
import {
  PASSWORD_RESET,
  PASSWORD_RESET_AFTER_FACTORS_RESET,
  PASSWORD_RESET_AFTER_RECOVERY,
  PASSWORD_RESET_AFTER_REGISTRATION,
  PASSWORD_WAS_RESET,
} from './password-reset.mails';
import { PasswordResetService } from './password-reset.service';

const MAILS = MailTextsModule.of({
  types: [
    PASSWORD_RESET,
    PASSWORD_RESET_AFTER_FACTORS_RESET,
    PASSWORD_RESET_AFTER_RECOVERY,
    PASSWORD_RESET_AFTER_REGISTRATION,
    PASSWORD_WAS_RESET,
  ],
});

@Module({
  imports: [AuthModule, UsersModule, PasswordsModule, MAILS],
  controllers: [PasswordResetController],
  providers: [PasswordResetService],
})
export class PasswordResetModule {}
