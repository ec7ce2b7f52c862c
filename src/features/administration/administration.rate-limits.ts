import { rateLimitPolicy } from '../../platform/rate-limits';

const HOUR = 3_600;

/** Invitations to one address: each is a mail to somebody who did not ask for it. */
export const INVITATION_TO_ADDRESS = rateLimitPolicy({
  name: 'invitation',
  per: 'address',
  quota: 5,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});

/** Invitations by one account, which may be in the wrong hands. */
export const INVITATION_BY_ACTOR = rateLimitPolicy({
  name: 'invitation',
  per: 'account',
  quota: 500,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});
