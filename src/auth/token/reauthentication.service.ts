import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal } from '../../access';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type Authentication, SessionStore } from '../../sessions';
import type { TokenResponse } from '../auth.dto';
import { Reauthenticated } from '../auth.events';
import { PasswordConfirmation } from '../password-confirmation';
import { PendingSignIns } from '../second-step/pending-sign-ins';
import { AddedTokenClaims } from './access-token-claims';
import { TokenIssuer } from './token-issuer';

export interface RenewingStep extends Authentication {
  /** As read before the credentials were checked. */
  readonly sessionsEpoch: number;
  readonly client: ClientInfo;
  /** Uses the proof of a second step up, in the transaction that renews the session; a throw renews nothing. */
  readonly accept?: () => Promise<void>;
}

/** A new authentication within the same session. It replaces how and when the user authenticated. */
@Injectable()
export class ReauthenticationService {
  constructor(
    private readonly confirmation: PasswordConfirmation,
    private readonly steps: PendingSignIns,
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidCredentials where the password is wrong; MfaRequired where the user has a factor; InvalidToken where the session is over */
  async reauthenticate(principal: Principal, password: string, client: ClientInfo): Promise<TokenResponse> {
    const user = await this.confirmation.verify(principal, password);
    const { sessionsEpoch } = user;
    const step = { methods: ['pwd'], authenticatedAt: this.clock.now(), client };
    // No less than a sign-in has to prove: the password alone would lower the level of the session.
    if (user.hasFactor) throw await this.steps.begin(user, { ...step, sessionId: principal.sessionId });
    return this.renew(principal, { ...step, sessionsEpoch });
  }

  /**
   * Replaces how and when the user of a session authenticated.
   * @throws InvalidToken where the session is over; what `accept` throws
   */
  async renew(principal: Principal, step: RenewingStep): Promise<TokenResponse> {
    const claims = await this.claims.collect(async () => principal);
    const session = await this.database.transaction(async () => {
      await step.accept?.();
      const renewed = await this.sessions.renew(principal, step.sessionsEpoch, step, step.client);
      const { userId: subjectId, sessionId } = principal;
      if (!renewed) throw new InvalidToken();
      await this.events.publish(new Reauthenticated({ subjectId, sessionId }));
      return renewed;
    });
    return this.issuer.issue(session, claims);
  }
}
