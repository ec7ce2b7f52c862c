import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import type { OpenSession } from '../sessions';
import { Tokens } from '../tokens';
import { AddedTokenClaims } from './access-token-claims';
import type { TokenResponse } from './auth.dto';

/** What a session that was just opened or rotated is answered with. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly tokens: Tokens,
    private readonly claims: AddedTokenClaims,
    private readonly clock: Clock,
  ) {}

  async tokensFor(session: OpenSession): Promise<TokenResponse> {
    const { userId, id: sessionId, roles } = session;
    const { token, expiresInSeconds } = this.tokens.signAccess({
      userId,
      sessionId,
      tokenId: session.tokenId,
      issuedAt: session.issuedAt,
      authenticatedAt: session.authenticatedAt,
      methods: session.methods,
      roles,
      accessVersion: session.accessVersion,
      notAfter: session.endsAt,
      claims: await this.claims.of({ userId, sessionId, roles }),
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
