export { OneTimeToken, type TokenPurpose } from './one-time-token';
export { InvalidOrExpiredToken } from './one-time-token.errors';
export { type TokenSubject } from './one-time-token.store';
export { type IssuedToken, MAX_ACTIVE_TOKENS, OneTimeTokens } from './one-time-tokens';
export { OneTimeTokensModule } from './one-time-tokens.module';
export { OneTimeTokenRefused } from './one-time-token.events';
