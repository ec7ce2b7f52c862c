export { type Key, Keyring, type NewKey } from './keyring';
export { KeyringLocked } from './keyring.errors';
export { KeyringModule, StoredKeyringModule } from './keyring.module';
export { KeyWrap } from './key-wrap';
