export { type Key, Keyring, type NewKey } from './keyring';
export { KeyringLocked, KeyUnreadable } from './keyring.errors';
export { KeyringModule, StoredKeyringModule } from './keyring.module';
export { KeyWrap } from './key-wrap';
