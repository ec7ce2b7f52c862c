import { rateLimitPolicy } from '../../platform/rate-limits';

const HOUR = 3_600;

/** Invitations to one address: each is a mail that the recipient did not request. */
export const INVITATION_TO_ADDRESS = rateLimitPolicy({
  name: 'invitation',
  per: 'address',
  quota: 5,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});

/** Invitations by one account, which an attacker may control. */
export const INVITATION_BY_ACTOR = rateLimitPolicy({
  name: 'invitation',
  per: 'account',
  quota: 500,
  windowSeconds: HOUR,
  longestWaitSeconds: 6 * HOUR,
});
