export { AuthenticationRequired, Public } from '../platform/http';
export { CrossSiteRequest, InvalidToken, TokenStale } from './access.errors';
export { AccessModule } from './access.module';
export { AccessSettings, LONGEST_ACCESS_TOKEN_MINUTES } from './access.settings';
export { ACCESS_COOKIE, cookieOf, DEVICE_COOKIE, REFRESH_COOKIE, setCookie } from './cookies';
export { accessTokenOf, bearerTokenOf, type PresentedToken } from './credentials';
export { CurrentUser } from './current-user.decorator';
export type { Principal } from './principal';
export { SameSite } from './same-site';
