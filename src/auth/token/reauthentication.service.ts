import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal } from '../../access';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { SessionStore } from '../../sessions';
import type { TokenResponse } from '../auth.dto';
import { Reauthenticated } from '../auth.events';
import { PasswordConfirmation } from '../password-confirmation';
import { AddedTokenClaims } from './access-token-claims';
import { TokenIssuer } from './token-issuer';

/** A new authentication within the same session. It replaces how and when the user authenticated. */
@Injectable()
export class ReauthenticationService {
  constructor(
    private readonly confirmation: PasswordConfirmation,
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidCredentials where the password is wrong; InvalidToken where the session is over */
  async reauthenticate(principal: Principal, password: string, client: ClientInfo): Promise<TokenResponse> {
    const { sessionsEpoch } = await this.confirmation.verify(principal, password);
    const authentication = { methods: ['pwd'], authenticatedAt: this.clock.now() };
    const claims = await this.claims.collect(async () => principal);
    const session = await this.database.transaction(async () => {
      const renewed = await this.sessions.renew(principal, sessionsEpoch, authentication, client);
      const { userId: subjectId, sessionId } = principal;
      if (renewed) await this.events.publish(new Reauthenticated({ subjectId, sessionId }));
      return renewed;
    });
    if (!session) throw new InvalidToken();
    return this.issuer.issue(session, claims);
  }
}
