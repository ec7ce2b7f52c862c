export { type RateLimitAttempt, RateLimiter } from './rate-limiter';
export { RateLimitsModule } from './rate-limits.module';
export { RateLimitSettings } from './rate-limits.settings';
export {
  type RateLimitPolicy,
  rateLimitPolicy,
  COUNTED_PER,
  declaredRateLimitPolicies,
} from './rate-limit-policy';
export { rateLimitPoliciesOf, ApiRateLimits, RateLimit, SourceRateLimiter } from './rate-limit.decorator';
export { RateLimitExceeded } from './rate-limits.events';
