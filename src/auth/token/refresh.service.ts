import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { SessionStore } from '../../sessions';
import type { TokenResponse } from '../auth.dto';
import { InvalidRefreshToken } from '../auth.errors';
import { RefreshRefused, RefreshTokenReused } from '../auth.events';
import { SecurityNotices } from '../login/security-notices';
import { AddedTokenClaims } from './access-token-claims';
import { TokenIssuer } from './token-issuer';

/** Exchanges a refresh token for new tokens of the same session. */
@Injectable()
export class RefreshService {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly notices: SecurityNotices,
    private readonly events: EventBus,
  ) {}

  /** @throws InvalidRefreshToken whatever the reason */
  async refresh(refreshToken: string | undefined, client: ClientInfo): Promise<TokenResponse> {
    if (refreshToken === undefined) throw new InvalidRefreshToken();
    const claims = await this.claims.collect(async () => this.sessions.findOwner(refreshToken));
    const rotation = await this.sessions.rotate(refreshToken, client);
    if ('session' in rotation) return this.issuer.issue(rotation.session, claims);
    if (rotation.outcome === 'reused') await this.reportReuse(rotation, client);
    else await this.events.publish(new RefreshRefused());
    throw new InvalidRefreshToken();
  }

  private async reportReuse(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    client: ClientInfo,
  ): Promise<void> {
    this.logger.warn({ sessionId, userId }, 'Session revoked: an earlier refresh token was used again');
    await this.events.publish(new RefreshTokenReused({ subjectId: userId, sessionId }));
    await this.notices.notifyRefreshTokenReuse({ sessionId, userId, client });
  }
}
