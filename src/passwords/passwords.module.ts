import { Module } from '@nestjs/common';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { BcryptPool, BcryptThreads } from './bcrypt-pool';
import { BreachedPasswords } from './breached-passwords';
import { Credential } from './credential.entity';
import { CreateCredentials1795000002000 } from './migrations/1795000002000-create-credentials';
import { ConfiguredAlgorithm } from './password-algorithm';
import { PasswordHasher } from './password-hasher';
import { PasswordPolicy } from './password-policy';
import { PasswordStrength } from './password-strength';
import { PasswordSettings } from './password.settings';
import { PasswordHashesDoctorCheck } from './passwords.doctor';
import { PasswordsData } from './passwords.data';
import { PasswordsService } from './passwords.service';
import { RegistrationAttempt } from './registration-attempt.entity';
import { RegistrationAttempts } from './registration-attempts';

/** The only module that handles passwords and hashes. */
@Module({
  imports: [
    ConfigModule.forFeature(PasswordSettings),
    DatabaseModule.forFeature([Credential, RegistrationAttempt], [CreateCredentials1795000002000]),
  ],
  providers: [
    ConfiguredAlgorithm,
    BcryptThreads,
    BcryptPool,
    PasswordHasher,
    PasswordStrength,
    BreachedPasswords,
    PasswordPolicy,
    PasswordsService,
    RegistrationAttempts,
    PasswordsData,
    PasswordHashesDoctorCheck,
  ],
  exports: [PasswordsService, PasswordPolicy, RegistrationAttempts, ConfigModule],
})
export class PasswordsModule {}
