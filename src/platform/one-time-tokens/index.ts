export { OneTimeToken, type Purpose } from './one-time-token';
export { InvalidOrExpiredToken } from './one-time-token.errors';
export { type IssuedToken, MOST_ALIVE, OneTimeTokens } from './one-time-tokens';
export { OneTimeTokensModule } from './one-time-tokens.module';
export { OneTimeTokenRefused } from './one-time-token.events';
