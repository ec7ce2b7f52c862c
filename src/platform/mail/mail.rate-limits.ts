import { rateLimitPolicy } from '../rate-limits';

/** What strangers may have sent to one mailbox. */
export const MAIL_BY_ADDRESS = rateLimitPolicy({
  name: 'mail',
  per: 'address',
  quota: 5,
  windowSeconds: 900,
  // Shorter than a link lives: whoever asks for too many in somebody's name leaves them with one that works.
  longestWaitSeconds: 1_800,
});

/** Mails of all kinds that an account sends to a mailbox it has not proven: it may be that of a stranger, who asked for nothing. */
export const MAIL_TO_UNPROVEN = rateLimitPolicy({
  name: 'notice',
  per: 'address',
  quota: 3,
  windowSeconds: 3_600,
  longestWaitSeconds: 6 * 3_600,
});
