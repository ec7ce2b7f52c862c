import { rateLimitPolicy } from '../../../platform/rate-limits';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Wrong codes at one account from unknown devices: 30 guesses in a million a day for who has the password. */
export const TOTP_BY_ACCOUNT = rateLimitPolicy({
  name: 'totp',
  per: 'account',
  quota: 10,
  windowSeconds: DAY,
  longestWaitSeconds: DAY,
});

/** Wrong codes at one account from one known device, which strangers cannot exhaust. */
export const TOTP_BY_DEVICE = rateLimitPolicy({
  name: 'totp',
  per: 'device',
  quota: 10,
  windowSeconds: HOUR,
  longestWaitSeconds: HOUR,
});

/** Wrong codes within one session, at a reauthentication or when a factor is added. */
export const TOTP_BY_SESSION = rateLimitPolicy({
  name: 'totp',
  per: 'session',
  quota: 10,
  windowSeconds: HOUR,
  longestWaitSeconds: HOUR,
});

/** Codes from one source, right or wrong. */
export const TOTP_BY_SOURCE = rateLimitPolicy({
  name: 'totp',
  per: 'source',
  quota: 60,
  windowSeconds: 60,
  longestWaitSeconds: 900,
});

export const TOTP = [TOTP_BY_ACCOUNT, TOTP_BY_DEVICE, TOTP_BY_SESSION] as const;
