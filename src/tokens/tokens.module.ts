import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { AccessModule } from '../access';
import { ConfigModule } from '../platform/config';
import { StoredKeyringModule } from '../platform/keyring';
import { SigningKeyStore } from './signing-key.store';
import { SigningKeys } from './signing-keys';
import { SigningKeysDoctorCheck } from './signing-keys.doctor';
import { TokenSettings } from './token.settings';
import { AccessTokens } from './access-tokens';
import { WellKnownController } from './well-known.controller';

@Module({
  imports: [
    AccessModule,
    ConfigModule.forFeature(TokenSettings),
    StoredKeyringModule,
    JwtModule.register({}),
  ],
  controllers: [WellKnownController],
  providers: [SigningKeyStore, SigningKeysDoctorCheck, SigningKeys, AccessTokens],
  exports: [AccessTokens],
})
export class TokensModule {}
