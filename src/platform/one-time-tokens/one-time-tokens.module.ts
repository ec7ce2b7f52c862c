import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database';
import { CreateOneTimeTokens1795200001000 } from './migrations/1795200001000-create-one-time-tokens';
import { OneTimeTokenStore } from './one-time-token.store';
import { OneTimeTokens } from './one-time-tokens';
import { OneTimeTokensData } from './one-time-tokens.data';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CreateOneTimeTokens1795200001000])],
  providers: [OneTimeTokenStore, OneTimeTokens, OneTimeTokensData],
  exports: [OneTimeTokens],
})
export class OneTimeTokensModule {}
