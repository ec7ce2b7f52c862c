import { Injectable } from '@nestjs/common';
import { InvalidToken } from '../../access';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import { SessionsService, SessionStore } from '../../sessions';
import { type AccessClaims, AccessTokens } from '../../tokens';
import { SignedOut } from '../auth.events';

/** The credentials presented at a logout; each revokes its own session. */
export interface PresentedCredentials {
  readonly accessToken?: string | undefined;
  readonly refreshTokens: readonly (string | null | undefined)[];
}

@Injectable()
export class LogoutService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly store: SessionStore,
    private readonly tokens: AccessTokens,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** Revokes the session of every genuine credential, expired ones included, and ignores the others. */
  async logOut({ accessToken, refreshTokens }: PresentedCredentials): Promise<void> {
    const claims = accessToken ? await this.claimsOf(accessToken) : undefined;
    const presented = refreshTokens.flatMap((token) => token || []);
    if (!claims && presented.length === 0) return;
    await this.database.transaction(async () => {
      if (claims && (await this.sessions.revoke(claims.sid)))
        await this.publishSignedOut(claims.sub, claims.sid);
      for (const refreshToken of presented) {
        const revoked = await this.store.revokeByRefreshToken(refreshToken);
        if (revoked) await this.publishSignedOut(revoked.userId, revoked.id);
      }
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
