export type { AccessClaims, AccessGrant } from './access-claims';
export { SigningKeyStore } from './signing-key.store';
export { Tokens } from './tokens';
export { StoredSigningKeysModule, TokensModule } from './tokens.module';
