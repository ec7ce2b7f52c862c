import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { accessTokenOf, type Principal } from '../../access';
import { ChangeFeed } from '../../platform/change-feed';
import { type AccessClaims, AccessTokens } from '../../tokens';
import { OpenResponses } from './open-responses';
import { SelfVerifyingKey } from './self-verifying-key';
import { TokenPrincipals } from './token-principals';

type KeyTaker = (error: unknown, key?: never) => void;

/** Authenticates a request by its access token, from the token and memory alone while the change feed is fresh. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    tokens: AccessTokens,
    private readonly principals: TokenPrincipals,
    private readonly responses: OpenResponses,
    feed: ChangeFeed,
  ) {
    const key = new SelfVerifyingKey((token) => tokens.verify(token));
    super({
      passReqToCallback: true,
      jwtFromRequest: (request: unknown) => accessTokenOf(request as FastifyRequest)?.token ?? null,
      // Changes first: they bring the time and the signing keys that the token is verified by.
      secretOrKeyProvider: (_request: unknown, _token: unknown, done: KeyTaker) => {
        const refreshed = feed.ensureFresh();
        if (refreshed) void afterRefresh(refreshed, key, done);
        else done(null, key as never);
      },
    });
  }

  validate(request: FastifyRequest, claims: AccessClaims): Principal {
    const principal = this.principals.of(claims);
    this.responses.watch(request, claims);
    return principal;
  }
}

async function afterRefresh(refreshed: Promise<void>, key: SelfVerifyingKey, done: KeyTaker): Promise<void> {
  try {
    await refreshed;
  } catch (error) {
    return done(error);
  }
  done(null, key as never);
}
