import { Module } from '@nestjs/common';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { BcryptPool } from './bcrypt-pool';
import { Credential } from './credential.entity';
import { CreateCredentials1795000002000 } from './migrations/1795000002000-create-credentials';
import { PasswordHasher } from './password-hasher';
import { PasswordSettings } from './password.settings';
import { PasswordsService } from './passwords.service';

@Module({
  imports: [
    ConfigModule.of(PasswordSettings),
    DatabaseModule.forFeature([Credential], [CreateCredentials1795000002000]),
  ],
  providers: [BcryptPool, PasswordHasher, PasswordsService],
  exports: [PasswordsService, ConfigModule],
})
export class PasswordsModule {}
