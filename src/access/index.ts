export { AuthenticationRequired, Public } from '../platform/http';
export { InvalidToken, TokenStale } from './access.errors';
export { AccessModule } from './access.module';
export { AccessSettings, LONGEST_ACCESS_TOKEN_MINUTES } from './access.settings';
export { bearerTokenOf } from './bearer-token';
export { CurrentUser } from './current-user.decorator';
export type { Principal } from './principal';
