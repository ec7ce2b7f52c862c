export type { KeyringKey, NewKey } from './key';
export { Encryption } from './cipher';
export { Keyring } from './keyring';
export { KeyUnreadable } from './keyring.errors';
export { KeyringModule, StoredKeyringModule } from './keyring.module';
export { KeyWrap } from './key-wrap';
