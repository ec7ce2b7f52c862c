export { type Key, Keyring, KeyringLocked } from './keyring';
export { KeyringModule } from './keyring.module';
