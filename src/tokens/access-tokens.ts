import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import {
  AccessSettings,
  acrOf,
  CLOCK_SKEW_SECONDS,
  InvalidToken,
  LONGEST_ACCESS_TOKEN_MINUTES,
} from '../access';
import { Clock } from '../platform/clock';
import { ChangeFeed } from '../platform/change-feed';
import {
  type AccessClaims,
  type AccessTokenSession,
  type AddedClaims,
  isAccessClaims,
} from './access-claims';
import { accessTokenHeaderOf, LONGEST_SIGNED } from './compact-jws';
import type { VerificationKey } from './signing-key';
import { SigningKeys } from './signing-keys';
import { TokenSettings } from './token.settings';
import { type VerifiedToken, VerifiedTokens } from './verified-tokens';

// The longest lifetime of a token that this application signed under any setting.
const LONGEST_SECONDS = LONGEST_ACCESS_TOKEN_MINUTES * 60;

export interface SignedAccessToken {
  readonly accessToken: string;
  /** In seconds. */
  readonly expiresIn: number;
}

/** Signs and verifies access tokens (RFC 9068), without access to users and sessions. */
@Injectable()
export class AccessTokens {
  private readonly verified = new VerifiedTokens();

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly settings: TokenSettings,
    private readonly access: AccessSettings,
    private readonly feed: ChangeFeed,
  ) {}

  /** @throws Error where the token would be longer than what is accepted */
  sign(session: AccessTokenSession, added: AddedClaims): SignedAccessToken {
    const { kid, algorithm, privateKey } = this.keys.current;
    const header = { alg: algorithm, typ: 'at+jwt', kid };
    // A KeyObject, because a string key would be parsed for every token; the types of the library do not include it.
    const key = privateKey as unknown as string;
    const claims = this.claimsFor(session);
    const accessToken = this.jwt.sign({ ...added, ...claims }, { privateKey: key, algorithm, header });
    if (accessToken.length > LONGEST_SIGNED)
      throw new Error(
        `The access token of user ${session.userId} is ${accessToken.length} characters long: ${LONGEST_SIGNED} at most.\n  → give the user fewer roles, or add shorter claims`,
      );
    return { accessToken, expiresIn: claims.exp - claims.iat };
  }

  /**
   * @returns the claims of an access token that this application signed and that has not expired
   * @throws InvalidToken for any other token, whatever the reason
   */
  verify(token: string): AccessClaims {
    const { claims, kid } = this.genuine(token);
    // A lowered ACCESS_TOKEN_MINUTES applies to earlier tokens, too, because revocations are remembered no longer.
    const expiresAt = Math.min(claims.exp, claims.iat + this.access.accessTokenSeconds);
    if (this.clock.nowMs() >= expiresAt * 1_000 || !this.keys.find(kid)) throw new InvalidToken();
    return claims;
  }

  /**
   * Like `verify`, but accepts expired tokens, because a user can sign out with them.
   * @throws InvalidToken for a token that this application did not sign; Unavailable where the change feed cannot be refreshed
   */
  async verifyIgnoringExpiry(token: string): Promise<AccessClaims> {
    // An outdated clock or an unknown key would refuse a valid token, and the user would stay signed in.
    await this.feed.ensureFresh();
    const { claims, kid } = this.genuine(token);
    if (!this.keys.findEver(kid)) throw new InvalidToken();
    return claims;
  }

  private genuine(token: string): VerifiedToken {
    const known = this.verified.find(token);
    if (known) return known;
    const key = this.keyOf(token);
    const verified = { claims: this.checkSignature(token, key), kid: key.kid };
    this.verified.remember(token, verified);
    return verified;
  }

  private claimsFor(session: AccessTokenSession): AccessClaims {
    const issuedAt = secondsOf(session.issuedAt.getTime());
    return {
      iss: this.settings.issuer,
      aud: this.settings.audience,
      sub: session.userId,
      client_id: this.settings.clientId,
      sid: session.id,
      jti: session.jti,
      iat: issuedAt,
      exp: Math.min(issuedAt + this.access.accessTokenSeconds, secondsOf(session.expiresAt.getTime())),
      auth_time: secondsOf(session.authenticatedAt.getTime()),
      acr: acrOf(session.methods),
      amr: session.methods,
      roles: session.roles,
      ver: session.accessVersion,
    };
  }

  /** Only the application's own keys are looked up, and the key determines the algorithm (RFC 8725 section 3.1). */
  private keyOf(token: string): VerificationKey {
    const header = accessTokenHeaderOf(token);
    const key = header && this.keys.findEver(header.kid);
    if (!key || key.algorithm !== header.alg) throw new InvalidToken();
    return key;
  }

  private checkSignature(token: string, { publicKey, algorithm }: VerificationKey): AccessClaims {
    const now = secondsOf(this.clock.nowMs());
    let payload: unknown;
    try {
      payload = this.jwt.verify<object>(token, {
        publicKey: publicKey as unknown as string,
        algorithms: [algorithm],
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        clockTimestamp: now,
        ignoreExpiration: true,
      });
    } catch (cause) {
      throw new InvalidToken({ cause });
    }
    if (!isAccessClaims(payload) || payload.client_id !== this.settings.clientId) throw new InvalidToken();
    const isFromFuture = Math.max(payload.iat, payload.auth_time) > now + CLOCK_SKEW_SECONDS;
    if (isFromFuture || payload.exp - payload.iat > LONGEST_SECONDS) throw new InvalidToken();
    return payload;
  }
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
