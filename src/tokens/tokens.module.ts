import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { AccessModule } from '../access';
import { ConfigModule } from '../platform/config';
import { SigningKeys } from './signing-keys';
import { TokenSettings } from './token.settings';
import { Tokens } from './tokens';
import { WellKnownController } from './well-known.controller';

@Module({
  imports: [AccessModule, ConfigModule.of(TokenSettings), JwtModule.register({})],
  controllers: [WellKnownController],
  providers: [SigningKeys, Tokens],
  exports: [Tokens],
})
export class TokensModule {}
