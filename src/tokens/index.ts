export type { AccessClaims, AccessGrant } from './access-claims';
export { Tokens } from './tokens';
export { TokensModule } from './tokens.module';
