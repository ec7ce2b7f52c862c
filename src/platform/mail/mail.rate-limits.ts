import { rateLimitPolicy } from '../rate-limits';

/** Mails that anonymous callers request for one mailbox. */
export const MAIL_BY_ADDRESS = rateLimitPolicy({
  name: 'mail',
  per: 'address',
  quota: 5,
  windowSeconds: 900,
  // Shorter than a link is valid: an attacker who requests too many mails for a user leaves the user with a working link.
  longestWaitSeconds: 1_800,
});

/** Mails of all types that an account causes to a mailbox it has not verified, which may belong to another person. */
export const MAIL_TO_UNPROVEN = rateLimitPolicy({
  name: 'notice',
  per: 'address',
  quota: 3,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});
