export { PasskeyCounterFell } from './passkeys.events';
export { PasskeysModule } from './passkeys.module';
