export { RateLimiter } from './rate-limiter';
export { RateLimitsModule } from './rate-limits.module';
export { RateLimitSettings } from './rate-limits.settings';
export {
  COUNTED_PER,
  declaredRateLimitPolicies,
  type RateLimitAttempt,
  type RateLimitPolicy,
  rateLimitPolicy,
  settingNameOf,
} from './rate-limit-policy';
export { ApiRateLimits, RateLimit, rateLimitPoliciesOf, SourceRateLimiter } from './rate-limit.decorator';
export { RateLimitExceeded } from './rate-limits.events';
