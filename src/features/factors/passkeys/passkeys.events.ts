import { SecurityEvent } from '../../../platform/events';

/** The signature counter of a passkey did not rise: the passkey may have been copied. The sign-in was refused. */
export class PasskeyCounterFell extends SecurityEvent {
  static override readonly type = 'passkey-counter-fell';
  static override readonly outcome = 'failure';
}
