import { rateLimitPolicy } from '../../../platform/rate-limits';

/** Options of sign-ins from one source. */
export const PASSKEY_OPTIONS = rateLimitPolicy({
  name: 'passkey-options',
  per: 'source',
  quota: 120,
  windowSeconds: 60,
  longestWaitSeconds: 900,
});

/** Signatures from one source, right or wrong. There is no limit by account, which a stranger could exhaust. */
export const PASSKEY = rateLimitPolicy({
  name: 'passkey',
  per: 'source',
  quota: 120,
  windowSeconds: 60,
  longestWaitSeconds: 900,
});

/** Mails about refused counters of one account. */
export const PASSKEY_NOTICE = rateLimitPolicy({
  name: 'passkey-notice',
  per: 'account',
  quota: 3,
  windowSeconds: 3_600,
  longestWaitSeconds: 21_600,
});
