export type { AccessClaims, AccessGrant } from './access-claims';
export { SigningKeyStore } from './signing-key.store';
export { Tokens } from './tokens';
export { TokensModule } from './tokens.module';
