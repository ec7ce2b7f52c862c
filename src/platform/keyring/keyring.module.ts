import { Global, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { Keyring } from './keyring';
import { KeyringDoctorCheck } from './keyring.doctor';
import { KeyringSettings } from './keyring.settings';
import { CreateKeys1795000000000 } from './migrations/1795000000000-create-keys';
import { StoredKey } from './stored-key.entity';

/** The keyring as stored, without rewrapping it: for commands that work on the keys. */
@Module({
  imports: [
    ConfigModule.forFeature(KeyringSettings),
    DatabaseModule.forFeature([StoredKey], [CreateKeys1795000000000]),
  ],
  providers: [Keyring, KeyringDoctorCheck],
  exports: [Keyring],
})
export class StoredKeyringModule {}

/** The keyring of the application, which rewraps all keys under the current AUTH_SECRET at every start. */
@Global()
@Module({ imports: [StoredKeyringModule], exports: [StoredKeyringModule] })
export class KeyringModule implements OnModuleInit {
  private readonly logger = new Logger('Keyring');

  constructor(private readonly keyring: Keyring) {}

  async onModuleInit(): Promise<void> {
    const count = await this.keyring.rewrap();
    if (count > 0) this.logger.log(`Rewrapped ${count} keys under AUTH_SECRET`);
  }
}
