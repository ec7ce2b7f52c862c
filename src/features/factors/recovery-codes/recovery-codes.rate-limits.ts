import { rateLimitPolicy } from '../../../platform/rate-limits';

/** Recovery codes from one source, right or wrong. */
export const RECOVERY_CODE = rateLimitPolicy({
  name: 'recovery-code',
  per: 'source',
  quota: 60,
  windowSeconds: 60,
  longestWaitSeconds: 900,
});
