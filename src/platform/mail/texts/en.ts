/** What a mail says. `{app}`, `{until}`, `{at}` and `{from}` are filled in; `action` labels its one link, which stands between the two parts. */
export interface MailText {
  readonly subject: string;
  readonly before: readonly string[];
  readonly action?: string;
  readonly after: readonly string[];
}

const IGNORE = 'If this was not you, ignore this mail: nothing happens without the link.';
const CONTACT =
  'If this was not you, somebody knows your password. Reset it at once with "forgot password", which signs out everybody.';

/** Every mail there is. No word of a mail comes from whoever caused it: a name would be an advertisement to a stranger. */
export const en = {
  'email-verification': {
    subject: 'Confirm your address for {app}',
    before: ['Somebody, probably you, signed up at {app} with this address.'],
    action: 'Confirm this address',
    after: [
      'The link works until {until}.',
      `${IGNORE} Do not use it for an account that you did not ask for.`,
    ],
  },
  'address-taken': {
    subject: 'You already have an account at {app}',
    before: [
      'Somebody, probably you, wanted to use this address for an account at {app}. There is one with it already.',
      'Sign in with your password, or use "forgot password" where you do not know it any more.',
    ],
    after: ['If this was not you, you need not do anything: your account is as it was.'],
  },
  'registration-not-kept': {
    subject: 'Choose a password for {app}',
    before: [
      'There was a further registration at {app} with this address. Several were made before and none of them was confirmed, so this one was not kept.',
      'If you signed up, choose a password here. This confirms the address and removes all earlier registrations.',
    ],
    action: 'Choose a password',
    after: ['The link works until {until}.', IGNORE],
  },
  'password-reset': {
    subject: 'Set a new password for {app}',
    before: ['Somebody, probably you, asked for a new password at {app}.'],
    action: 'Set a new password',
    after: [
      'The link works until {until}. Using it signs out everybody who is signed in to the account.',
      IGNORE,
    ],
  },
  'address-restored': {
    subject: 'Your account at {app} is yours again',
    before: [
      'You took your account at {app} back. Its password does not work any more, and everybody was signed out.',
    ],
    action: 'Set a new password',
    after: ['The link works until {until}. After that, use "forgot password".'],
  },
  'password-was-reset': {
    subject: 'Your password for {app} was changed',
    before: [
      'The password of your account at {app} was changed with the link of a mail, and all devices were signed out.',
    ],
    after: [
      'If this was not you, somebody reads your mails. Secure your mailbox, and then reset the password once more.',
    ],
  },
  'password-changed': {
    subject: 'Your password for {app} was changed',
    before: ['The password of your account at {app} was changed, and other devices were signed out.'],
    action: 'Sign out the device that did it',
    after: ['The link works until {until}.', CONTACT],
  },
  'email-change': {
    subject: 'Confirm your new address for {app}',
    before: ['Somebody, probably you, wants to use this address for an existing account at {app}.'],
    action: 'Use this address',
    after: ['The link works until {until}.', IGNORE],
  },
  'email-change-notice': {
    subject: 'The address of your account at {app} is to be changed',
    before: [
      'Somebody, probably you, asked for another address for your account at {app}. If it was you, you need not do anything.',
      'If it was not, take the account back: the link keeps this address, voids the password and signs out everybody. You then get a mail to set a new password.',
    ],
    action: 'This was not me',
    after: ['The link works until {until}, also after the address has been changed.'],
  },
  'new-sign-in': {
    subject: 'New sign-in to your account at {app}',
    before: [
      'Somebody, probably you, signed in to your account at {app} on a device that was not known, after attempts that failed: {at}, from {from}.',
      'If it was not you, sign that device out, and then reset your password with "forgot password".',
    ],
    action: 'Sign that device out',
    after: ['The link works until {until}.'],
  },
  'refresh-token-reused': {
    subject: 'A device was signed out of your account at {app}',
    before: [
      'Somebody used an old key of one of your sign-ins at {app}: {at}, from {from}. It may have been copied, so that device was signed out.',
    ],
    after: [
      'Sign in again. If this happens more than once, have the device checked and reset your password.',
    ],
  },
  invitation: {
    subject: 'You are invited to {app}',
    before: ['You were given an account at {app}. Choose a password to use it.'],
    action: 'Choose a password',
    after: [
      'The link works until {until}.',
      'If you did not expect this, ignore this mail: nothing happens without the link.',
    ],
  },
  'account-deleted': {
    subject: 'Your account at {app} was deleted',
    before: ['Your account at {app} and the data that belonged to it were deleted.'],
    after: [
      'If this was not you, somebody knew your password: change it wherever else you use it. The account cannot be brought back.',
    ],
  },
} as const satisfies Record<string, MailText>;

export type MailKind = keyof typeof en;
