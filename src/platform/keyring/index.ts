export { type Key, Keyring } from './keyring';
export { KeyringLocked } from './keyring.errors';
export { KeyringModule, StoredKeyringModule } from './keyring.module';
