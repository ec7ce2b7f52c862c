import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import type { OpenSession } from '../../sessions';
import { type AddedClaims, AccessTokens } from '../../tokens';
import { AddedTokenClaims, type TokenOwner } from './access-token-claims';
import type { TokenResponse } from '../auth.dto';

/** What a session that was just opened or rotated is answered with. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly claims: AddedTokenClaims,
    private readonly clock: Clock,
  ) {}

  /**
   * What modules have to say of a user, asked before a session is opened or rotated: a provider that fails would else leave
   * the client with a token that has done its work.
   * @param findOwner looked for only where a module has something to say
   */
  async claimsFor(findOwner: () => Promise<TokenOwner | null>): Promise<AddedClaims> {
    return this.claims.collect(findOwner);
  }

  /** @param claims as `claimsFor` gave them */
  tokensFor(session: OpenSession, claims: AddedClaims): TokenResponse {
    const { userId, id: sessionId, roles } = session;
    const { token, expiresInSeconds } = this.tokens.sign({
      userId,
      sessionId,
      tokenId: session.tokenId,
      issuedAt: session.issuedAt,
      authenticatedAt: session.authenticatedAt,
      methods: session.methods,
      roles,
      accessVersion: session.accessVersion,
      notAfter: session.endsAt,
      claims,
    });
    return {
      accessToken: token,
      tokenType: 'Bearer',
      expiresIn: expiresInSeconds,
      refreshToken: session.refreshToken,
      refreshExpiresIn: Math.round((session.refreshExpiresAt.getTime() - this.clock.nowMs()) / 1_000),
    };
  }
}
