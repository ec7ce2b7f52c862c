import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { bearerTokenOf, InvalidToken, type Principal, TokenStale } from '../access';
import { Feed } from '../platform/feed';
import { EndedSessions } from '../sessions';
import { type AccessClaims, Tokens } from '../tokens';
import { AccessVersions } from '../users';
import { SelfVerifyingKey } from './self-verifying-key';

/** Who an access token says is calling: from the token and memory alone, without a query as long as the news is fresh. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly tokens: Tokens,
    private readonly ended: EndedSessions,
    private readonly versions: AccessVersions,
    private readonly feed: Feed,
  ) {
    const key = new SelfVerifyingKey((token) => tokens.verify(token));
    super({
      passReqToCallback: true,
      jwtFromRequest: (request: unknown) => bearerTokenOf(request as FastifyRequest) ?? null,
      secretOrKeyProvider: (_request: unknown, _token: unknown, done: (error: null, key: never) => void) =>
        done(null, key as never),
    });
  }

  async validate(request: unknown, claims: AccessClaims): Promise<Principal> {
    const news = this.feed.confirm();
    if (news) {
      await news;
      // It brings the database's time and what became of the signing keys, and the token was verified before.
      this.tokens.verify(bearerTokenOf(request as FastifyRequest) ?? '');
    }
    if (this.ended.has(claims.sid)) throw new InvalidToken();
    if (this.versions.isStale(claims.sub, claims.ver)) throw new TokenStale();
    return {
      userId: claims.sub,
      sessionId: claims.sid,
      tokenId: claims.jti,
      roles: claims.roles,
      permissions: [],
      authenticatedAt: new Date(claims.auth_time * 1_000),
      expiresAt: new Date(claims.exp * 1_000),
    };
  }
}
