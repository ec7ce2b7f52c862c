import { Module } from '@nestjs/common';
import { PasswordSettings, PasswordsService } from '../../src/passwords';
import { BcryptPool } from '../../src/passwords/bcrypt-pool';
import { Credential } from '../../src/passwords/credential.entity';
import { AddedAlgorithm } from '../../src/passwords/password-algorithm';
import { PasswordHasher } from '../../src/passwords/password-hasher';
import { PasswordHashesDiagnosis } from '../../src/passwords/passwords.diagnosis';
import { ConfigModule } from '../../src/platform/config';
import { DatabaseModule } from '../../src/platform/database';
import { KeyringModule } from '../../src/platform/keyring';

/** What hashes passwords, for a context without the application: by bcrypt, or as a module beside it has it. */
@Module({
  imports: [KeyringModule, ConfigModule.of(PasswordSettings), DatabaseModule.forFeature([Credential], [])],
  providers: [AddedAlgorithm, BcryptPool, PasswordHasher, PasswordsService, PasswordHashesDiagnosis],
})
export class HashingModule {}
