export { type AccessClaims, type AddedClaims, addedClaimsOf, REGISTERED_CLAIMS } from './access-claims';
export { SigningKeyStore } from './signing-key.store';
export { AccessTokens, type SignedAccessToken } from './access-tokens';
export { TokensModule } from './tokens.module';
export { SigningKeyRevoked, SigningKeyRotated } from './signing-key.events';
