import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { Keyring } from './keyring';
import { KeyringSettings } from './keyring.settings';
import { CreateKeys1795000000000 } from './migrations/1795000000000-create-keys';
import { StoredKey } from './stored-key.entity';

@Global()
@Module({
  imports: [
    ConfigModule.of(KeyringSettings),
    DatabaseModule.forFeature([StoredKey], [CreateKeys1795000000000]),
  ],
  providers: [Keyring],
  exports: [Keyring],
})
export class KeyringModule {}
