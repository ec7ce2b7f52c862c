import { Module } from '@nestjs/common';
import { AccessModule } from '../../access';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { MailTextsModule } from '../../platform/mail';
import { RolesModule } from '../../roles';
import { SessionsModule } from '../../sessions';
import { UsersModule } from '../../users';
import { AccountController } from './account.controller';
import { AccountService } from './account.service';
import {
  ACCOUNT_WAS_DELETED,
  EMAIL_CHANGE,
  EMAIL_CHANGE_NOTICE,
  EMAIL_CHANGE_NOTICE_WITHOUT_UNDO,
  PASSWORD_WAS_CHANGED,
} from './account.mails';
import { CredentialsController } from './credentials.controller';
import { EmailChangeService } from './email-change.service';
import { OwnAccount } from './own-account';
import { PasswordChangeService } from './password-change.service';

const MAILS = MailTextsModule.of({
  types: [
    ACCOUNT_WAS_DELETED,
    EMAIL_CHANGE,
    EMAIL_CHANGE_NOTICE,
    EMAIL_CHANGE_NOTICE_WITHOUT_UNDO,
    PASSWORD_WAS_CHANGED,
  ],
});

@Module({
  imports: [AccessModule, AuthModule, UsersModule, RolesModule, PasswordsModule, SessionsModule, MAILS],
  controllers: [AccountController, CredentialsController],
  providers: [OwnAccount, AccountService, PasswordChangeService, EmailChangeService],
})
export class AccountModule {}
