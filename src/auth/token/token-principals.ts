import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { ChangeFeed } from '../../platform/change-feed';
import { RolesService } from '../../roles';
import { type AccessClaims, addedClaimsOf, AccessTokens } from '../../tokens';
import { AccessState } from './access-state';

/** The principals that access tokens stand for. */
@Injectable()
export class TokenPrincipals {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly access: AccessState,
    private readonly roles: RolesService,
    private readonly feed: ChangeFeed,
  ) {}

  /** @throws InvalidToken, TokenStale; Unavailable where the change feed cannot be refreshed */
  async verify(accessToken: string): Promise<Principal> {
    // Changes first: they bring the time and the signing keys that the token is verified by.
    await this.feed.ensureFresh();
    return this.of(this.tokens.verify(accessToken));
  }

  /**
   * @param claims of a verified access token
   * @throws InvalidToken, TokenStale
   */
  of(claims: AccessClaims): Principal {
    const refusal = this.access.refusalOf(claims);
    if (refusal) throw refusal;
    return {
      userId: claims.sub,
      sessionId: claims.sid,
      jti: claims.jti,
      ...this.roles.rightsOf(claims),
      acr: claims.acr,
      authenticatedAt: new Date(claims.auth_time * 1_000),
      expiresAt: new Date(claims.exp * 1_000),
      claims: addedClaimsOf(claims),
    };
  }
}
