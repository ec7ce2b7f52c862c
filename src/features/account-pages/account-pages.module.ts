import { Module } from '@nestjs/common';
import { ConfigModule } from '../../platform/config';
import { AccountPagesController } from './account-pages.controller';
import { AccountPagesSettings } from './account-pages.settings';

/** The target of links in mails where `ACCOUNT_URL` names no page of a front end. */
@Module({
  imports: [ConfigModule.forFeature(AccountPagesSettings)],
  controllers: [AccountPagesController],
})
export class AccountPagesModule {}
