export {
  type AccessClaims,
  type AccessGrant,
  type AddedClaims,
  addedClaimsOf,
  REGISTERED_CLAIMS,
} from './access-claims';
export { SigningKeyStore } from './signing-key.store';
export { AccessTokens } from './access-tokens';
export { TokensModule } from './tokens.module';
export { SigningKeyRevoked, SigningKeyRotated } from './signing-key.events';
