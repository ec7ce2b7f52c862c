import { rateLimitPolicy } from '../../platform/rate-limits';

/** Requests to change the address, each of which sends two mails. A request over the limit has no effect and is not refused. */
export const EMAIL_CHANGE_REQUEST = rateLimitPolicy({
  name: 'email-change',
  per: 'account',
  quota: 10,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});

/** Exports, each of which reads all data about the user and is recorded. */
export const ACCOUNT_EXPORT = rateLimitPolicy({
  name: 'export',
  per: 'account',
  quota: 10,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});
