import { rateLimitPolicy } from '../platform/rate-limits';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Signing in, from wherever it comes: what one source may guess at all accounts together. */
export const LOGIN_BY_SOURCE = rateLimitPolicy({
  name: 'login',
  per: 'source',
  quota: 60,
  windowSeconds: MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Signing in to one address from devices it does not know: what all sources together may guess at it. */
export const LOGIN_BY_ACCOUNT = rateLimitPolicy({
  name: 'login',
  per: 'account',
  quota: 10,
  windowSeconds: 30 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** The same from a device that has signed in before: no stranger can use this up. */
export const LOGIN_BY_DEVICE = rateLimitPolicy({
  name: 'login',
  per: 'device',
  quota: 20,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** The same from all devices that have signed in before: each sign-in from a new device would add a budget otherwise. */
export const LOGIN_BY_KNOWN_DEVICES = rateLimitPolicy({
  name: 'login-known-devices',
  per: 'account',
  quota: 60,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** The same right after a reset, from where it was done: proof of the mailbox gets the owner in whatever strangers do. */
export const LOGIN_AFTER_RESET = rateLimitPolicy({
  name: 'login-after-reset',
  per: 'account',
  quota: 10,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Right passwords of one account: each is recorded, and a sign-in stores a session, so a user must not repeat it without limit. */
export const RIGHT_PASSWORDS = rateLimitPolicy({
  name: 'right-passwords',
  per: 'account',
  quota: 300,
  windowSeconds: HOUR,
  longestWaitSeconds: HOUR,
});

/** What a sign-in by password counts. */
export const LOGIN = [
  LOGIN_BY_SOURCE,
  LOGIN_BY_ACCOUNT,
  LOGIN_BY_DEVICE,
  LOGIN_BY_KNOWN_DEVICES,
  LOGIN_AFTER_RESET,
  RIGHT_PASSWORDS,
] as const;

/** Entering the password again while signed in: what whoever has a stolen session may guess. */
export const REAUTHENTICATION = rateLimitPolicy({
  name: 'reauthentication',
  per: 'session',
  quota: 10,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** What `PasswordConfirmation` counts. */
export const PASSWORD_CONFIRMATION = [REAUTHENTICATION, RIGHT_PASSWORDS] as const;

/** Registrations from one source. */
export const REGISTRATION = rateLimitPolicy({
  name: 'registration',
  per: 'source',
  quota: 300,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});

/** Asking for mails. */
export const MAIL_REQUEST = rateLimitPolicy({
  name: 'mail-request',
  per: 'source',
  quota: 60,
  windowSeconds: 10 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** Following the links of mails. */
export const MAIL_LINK = rateLimitPolicy({
  name: 'mail-link',
  per: 'source',
  quota: 120,
  windowSeconds: MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Notices about sign-ins, so that a flood of guesses is no flood of mails. */
export const NOTICE = rateLimitPolicy({
  name: 'notice',
  per: 'account',
  quota: 3,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});
