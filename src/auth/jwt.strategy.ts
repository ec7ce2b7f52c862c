import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { bearerTokenOf, InvalidToken, type Principal } from '../access';
import { SessionsService } from '../sessions';
import { type AccessClaims, Tokens } from '../tokens';
import { SelfVerifyingKey } from './self-verifying-key';

/** Who an access token says is calling: from the token and memory alone, without a query. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    tokens: Tokens,
    private readonly sessions: SessionsService,
  ) {
    const key = new SelfVerifyingKey((token) => tokens.verify(token));
    super({
      jwtFromRequest: (request: unknown) => bearerTokenOf(request as FastifyRequest) ?? null,
      secretOrKeyProvider: (_request: unknown, _token: unknown, done: (error: null, key: never) => void) =>
        done(null, key as never),
    });
  }

  validate(claims: AccessClaims): Principal {
    if (this.sessions.hasEnded(claims.sid)) throw new InvalidToken();
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
