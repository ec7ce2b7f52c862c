import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { AccessModule } from '../access';
import { ConfigModule } from '../platform/config';
import { StoredKeyringModule } from '../platform/keyring';
import { SigningKeyStore } from './signing-key.store';
import { SigningKeys } from './signing-keys';
import { SigningKeysDiagnosis } from './signing-keys.diagnosis';
import { TokenSettings } from './token.settings';
import { Tokens } from './tokens';
import { WellKnownController } from './well-known.controller';

/** The signing keys as they lie in the database, for a command that works on them. */
@Module({
  imports: [ConfigModule.of(TokenSettings), StoredKeyringModule],
  providers: [SigningKeyStore, SigningKeysDiagnosis],
  exports: [SigningKeyStore, ConfigModule],
})
export class StoredSigningKeysModule {}

@Module({
  imports: [AccessModule, StoredSigningKeysModule, JwtModule.register({})],
  controllers: [WellKnownController],
  providers: [SigningKeys, Tokens],
  exports: [Tokens],
})
export class TokensModule {}
