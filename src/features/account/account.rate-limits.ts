import { rateLimitPolicy } from '../../platform/rate-limits';

/** Asking for another address, which writes to two mailboxes each time: what is over it is not done, and not refused. */
export const EMAIL_CHANGE_REQUEST = rateLimitPolicy({
  name: 'email-change',
  per: 'account',
  quota: 10,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});

/** Exports: each reads all that is stored about a user, and is recorded. */
export const ACCOUNT_EXPORT = rateLimitPolicy({
  name: 'export',
  per: 'account',
  quota: 10,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});
