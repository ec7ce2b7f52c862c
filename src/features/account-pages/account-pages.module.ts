import { Module } from '@nestjs/common';
import { ConfigModule } from '../../platform/config';
import { AccountPagesController } from './account-pages.controller';
import { AccountPages } from './account-pages.service';
import { AccountPagesSettings } from './account-pages.settings';

/** Pages to sign up, sign in and recover, and the target of links in mails where `ACCOUNT_URL` names no other. */
@Module({
  imports: [ConfigModule.forFeature(AccountPagesSettings)],
  providers: [AccountPages],
  controllers: [AccountPagesController],
})
export class AccountPagesModule {}
