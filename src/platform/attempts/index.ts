export { type Attempt, Attempts } from './attempts';
export { AttemptsModule } from './attempts.module';
export { AttemptsSettings } from './attempts.settings';
export { type Budget, budget, COUNTED_PER, declaredBudgets } from './budget';
export { budgetsOf, LimitedBy, RateLimit, SourceLimit } from './rate-limit';
export { RateLimitExceeded } from './attempts.events';
