import { Module } from '@nestjs/common';
import { AccessModule } from '../../access';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { RolesModule } from '../../roles';
import { SessionsModule } from '../../sessions';
import { UsersModule } from '../../users';
import { AccountController } from './account.controller';
import { AccountService } from './account.service';
import { CredentialsController } from './credentials.controller';
import { EmailChangeService } from './email-change.service';
import { OwnAccount } from './own-account';
import { PasswordChangeService } from './password-change.service';

@Module({
  imports: [AccessModule, AuthModule, UsersModule, RolesModule, PasswordsModule, SessionsModule],
  controllers: [AccountController, CredentialsController],
  providers: [OwnAccount, AccountService, PasswordChangeService, EmailChangeService],
})
export class AccountModule {}
