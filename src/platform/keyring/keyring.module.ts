import { Global, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { Keyring } from './keyring';
import { KeyringDoctorCheck } from './keyring.doctor';
import { KeyringSettings } from './keyring.settings';
import { CreateKeys1795000000000 } from './migrations/1795000000000-create-keys';
import { PublishKeys1795100003000 } from './migrations/1795100003000-publish-keys';
import { StoredKey } from './stored-key.entity';

/** The keyring as it lies in the database, for a command that works on it. */
@Module({
  imports: [
    ConfigModule.forFeature(KeyringSettings),
    DatabaseModule.forFeature([StoredKey], [CreateKeys1795000000000, PublishKeys1795100003000]),
  ],
  providers: [Keyring, KeyringDoctorCheck],
  exports: [Keyring],
})
export class StoredKeyringModule {}

/** The keyring of the application, which wraps it under today's AUTH_SECRET at every start. */
@Global()
@Module({ imports: [StoredKeyringModule], exports: [StoredKeyringModule] })
export class KeyringModule implements OnModuleInit {
  private readonly logger = new Logger('Keyring');

  constructor(private readonly keyring: Keyring) {}

  async onModuleInit(): Promise<void> {
    const count = await this.keyring.rewrap();
    if (count > 0) this.logger.log(`rewrapped ${count} keys under AUTH_SECRET`);
  }
}
