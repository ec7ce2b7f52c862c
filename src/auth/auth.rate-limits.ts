import { rateLimitPolicy } from '../platform/rate-limits';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Failed logins of one source at all accounts together. */
export const LOGIN_BY_SOURCE = rateLimitPolicy({
  name: 'login',
  per: 'source',
  quota: 60,
  windowSeconds: MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Failed logins at one account from unknown devices of all sources together. */
export const LOGIN_BY_ACCOUNT = rateLimitPolicy({
  name: 'login',
  per: 'account',
  quota: 10,
  windowSeconds: 30 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** Failed logins at one account from one known device, which strangers cannot exhaust. */
export const LOGIN_BY_DEVICE = rateLimitPolicy({
  name: 'login',
  per: 'device',
  quota: 20,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Failed logins at one account from all known devices together, since every new device would add a limit otherwise. */
export const LOGIN_BY_KNOWN_DEVICES = rateLimitPolicy({
  name: 'login-known-devices',
  per: 'account',
  quota: 60,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** Logins after a password reset, from its source: the owner of the mailbox can sign in whatever strangers do. */
export const LOGIN_AFTER_RESET = rateLimitPolicy({
  name: 'login-after-reset',
  per: 'account',
  quota: 10,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Correct passwords of one account. Each writes an event, and a login a session, so they are limited, too. */
export const RIGHT_PASSWORDS = rateLimitPolicy({
  name: 'right-passwords',
  per: 'account',
  quota: 300,
  windowSeconds: HOUR,
  longestWaitSeconds: HOUR,
});

/** The policies of a login by password. */
export const LOGIN = [
  LOGIN_BY_SOURCE,
  LOGIN_BY_ACCOUNT,
  LOGIN_BY_DEVICE,
  LOGIN_BY_KNOWN_DEVICES,
  LOGIN_AFTER_RESET,
  RIGHT_PASSWORDS,
] as const;

/** Wrong passwords within one session, which an attacker may have stolen. */
export const REAUTHENTICATION = rateLimitPolicy({
  name: 'reauthentication',
  per: 'session',
  quota: 10,
  windowSeconds: 15 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** The policies of `PasswordConfirmation`. */
export const PASSWORD_CONFIRMATION = [REAUTHENTICATION, RIGHT_PASSWORDS] as const;

/** Registrations from one source. */
export const REGISTRATION = rateLimitPolicy({
  name: 'registration',
  per: 'source',
  quota: 300,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});

/** Requests for mails. */
export const MAIL_REQUEST = rateLimitPolicy({
  name: 'mail-request',
  per: 'source',
  quota: 60,
  windowSeconds: 10 * MINUTE,
  longestWaitSeconds: HOUR,
});

/** Requests with a token from a mail. */
export const MAIL_LINK = rateLimitPolicy({
  name: 'mail-link',
  per: 'source',
  quota: 120,
  windowSeconds: MINUTE,
  longestWaitSeconds: 15 * MINUTE,
});

/** Wrong second factors after a correct password, before the owner is told. */
export const SECOND_STEP_FAILURES = rateLimitPolicy({
  name: 'second-step-notice',
  per: 'account',
  quota: 2,
  windowSeconds: 24 * HOUR,
  longestWaitSeconds: 24 * HOUR,
});

/** Notice mails about logins, so that many failed logins do not send many mails. */
export const NOTICE = rateLimitPolicy({
  name: 'notice',
  per: 'account',
  quota: 3,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});
