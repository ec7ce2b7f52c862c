import { Module } from '@nestjs/common';
import { ConfigModule } from '../../platform/config';
import { AccountPagesController } from './account-pages.controller';
import { AccountPagesSettings } from './account-pages.settings';

/** The page that the links of mails lead to until a front end has its own (`ACCOUNT_URL`). */
@Module({
  imports: [ConfigModule.forFeature(AccountPagesSettings)],
  controllers: [AccountPagesController],
})
export class AccountPagesModule {}
