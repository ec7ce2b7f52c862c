import { Injectable, Logger } from '@nestjs/common';
import { InvalidToken, type Principal } from '../access';
import { Database } from '../platform/database';
import { EventBus } from '../platform/events';
import type { ClientInfo } from '../platform/http';
import { SessionsService } from '../sessions';
import { type AccessClaims, AccessTokens } from '../tokens';
import type { TokenResponse } from './auth.dto';
import { InvalidRefreshToken } from './auth.errors';
import { Reauthenticated, RefreshRefused, RefreshTokenReused, SignedOut } from './auth.events';
import { PasswordConfirmation } from './password-confirmation';
import { SecurityNotices } from './login/security-notices';
import { TokenIssuer } from './token/token-issuer';

/** What somebody may present to sign out; each ends its own session. */
export interface PresentedCredentials {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
}

/** The flows of staying signed in, and of signing out. */
@Injectable()
export class AuthService {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly sessions: SessionsService,
    private readonly tokens: AccessTokens,
    private readonly confirmation: PasswordConfirmation,
    private readonly issuer: TokenIssuer,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** @throws InvalidRefreshToken whatever the reason */
  async refresh(refreshToken: string, client: ClientInfo): Promise<TokenResponse> {
    const claims = await this.issuer.claimsFor(async () => this.sessions.findOwner(refreshToken));
    const rotation = await this.sessions.rotate(refreshToken, client);
    if ('session' in rotation) return this.issuer.tokensFor(rotation.session, claims);
    if (rotation.outcome === 'reused') {
      const { sessionId, userId } = rotation;
      this.logger.warn(
        { sessionId, userId },
        'an earlier refresh token was used again: the session was ended',
      );
      await this.events.publish(new RefreshTokenReused({ subjectId: userId, sessionId }));
      await this.notices.notifyRefreshTokenReuse({ sessionId, userId, client });
    } else await this.events.publish(new RefreshRefused());
    throw new InvalidRefreshToken();
  }

  /**
   * A fresh sign-in within the same session.
   * @throws InvalidCredentials where the password is wrong, InvalidToken where the session is over
   */
  async reauthenticate(principal: Principal, password: string, client: ClientInfo): Promise<TokenResponse> {
    const { sessionsEpoch } = await this.confirmation.confirm(principal, password);
    const claims = await this.issuer.claimsFor(async () => principal);
    const session = await this.database.transaction(async () => {
      const renewed = await this.sessions.renew(principal, sessionsEpoch, client);
      const { userId: subjectId, sessionId } = principal;
      if (renewed) await this.events.publish(new Reauthenticated({ subjectId, sessionId }));
      return renewed;
    });
    if (!session) throw new InvalidToken();
    return this.issuer.tokensFor(session, claims);
  }

  /** Ends the session of every credential that is genuine, however old, and says nothing of the others. */
  async logOut({ accessToken, refreshToken }: PresentedCredentials): Promise<void> {
    const claims = accessToken ? await this.claimsOf(accessToken) : undefined;
    if (!claims && !refreshToken) return;
    await this.database.transaction(async () => {
      if (claims && (await this.sessions.revoke(claims.sid)))
        await this.publishSignedOut(claims.sub, claims.sid);
      const ended = refreshToken ? await this.sessions.revokeByRefreshToken(refreshToken) : null;
      if (ended) await this.publishSignedOut(ended.userId, ended.id);
    });
  }

  private async publishSignedOut(userId: string, sessionId: string): Promise<void> {
    await this.events.publish(new SignedOut({ actorId: userId, subjectId: userId, sessionId }));
  }

  private async claimsOf(accessToken: string): Promise<AccessClaims | undefined> {
    try {
      return await this.tokens.verifyIgnoringExpiry(accessToken);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }
}
