export { AuthenticationRequired, Public } from '../platform/http';
export {
  CrossSiteRequest,
  InsufficientPermission,
  InsufficientUserAuthentication,
  InvalidToken,
  TokenStale,
} from './access.errors';
export { type Acr, acrOf, ACRS, isAcr, satisfiesAcr } from './acr';
export { AccessModule } from './access.module';
export { AccessSettings, CLOCK_SKEW_SECONDS, LONGEST_ACCESS_TOKEN_MINUTES } from './access.settings';
export { ACCESS_COOKIE, cookieOf, DEVICE_COOKIE, REFRESH_COOKIE, setCookie } from './cookies';
export { accessTokenOf, BearerToken, bearerTokenOf } from './credentials';
export { KnownPermissions, type Permission, PermissionsModule } from './permissions';
export {
  AuthenticatedBy,
  type DescribedStrategy,
  describedStrategyOf,
  DescribesStrategy,
} from './authenticated-by';
export { type Caller, CurrentUser, OptionalUser, type Principal } from './principal';
export { RecentSignIn, RequireRecentSignIn, SignInLevel, type SignInLevelProvider } from './recent-sign-in';
export { RequirePermissions } from './require-permissions';
export { JWT, policyOf } from './route-policy';
export { CsrfProtected, isSafe, CsrfProtection } from './csrf-protection';
export { registeredStrategy } from './passport-strategies';
export { AccessDenied } from './access.events';
