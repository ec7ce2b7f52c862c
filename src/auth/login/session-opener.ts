import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type Authentication, type OpenSession, SessionStore, type SessionUser } from '../../sessions';
import type { TokenResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignedIn, SignInFailed } from '../auth.events';
import { AddedTokenClaims } from '../token/access-token-claims';
import { TokenIssuer } from '../token/token-issuer';
import { SecurityNotices } from './security-notices';

/** An authentication that may open a session. */
export interface Opening extends Authentication {
  readonly client: ClientInfo;
  /** Whether the owner gets a notice mail: the device is unknown, and earlier attempts failed. */
  readonly isSuspicious?: boolean | undefined;
  /** Uses a proof up, in the transaction that opens the session; a throw opens none. */
  readonly accept?: (() => Promise<void>) | undefined;
}

/** Opens sessions for `SignInService`, which alone decides whether there may be one. */
@Injectable()
export class SessionOpener {
  constructor(
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** @throws InvalidCredentials where the user was recovered, disabled or deleted since; what `accept` throws */
  async open(user: SessionUser, opening: Opening): Promise<TokenResponse> {
    const { id: userId } = user;
    const { client, isSuspicious = false } = opening;
    const claims = await this.claims.collect(async () => ({ userId }));
    const session = await this.openSession(user, opening).catch(async (error: unknown) => {
      // Outside the transaction, which is rolled back.
      if (error instanceof InvalidCredentials)
        await this.events.publish(new SignInFailed({ actorId: null, subjectId: userId }));
      throw error;
    });
    if (isSuspicious) await this.notices.notifyNewSignIn({ userId, sessionId: session.id, client });
    return this.issuer.issue(session, claims);
  }

  private async openSession(user: SessionUser, opening: Opening): Promise<OpenSession> {
    return this.database.transaction(async () => {
      await opening.accept?.();
      const opened = await this.sessions.open(user, opening, opening.client);
      // A throw rolls the use of the proof back.
      if (!opened) throw new InvalidCredentials();
      await this.events.publish(new SignedIn({ actorId: user.id, subjectId: user.id, sessionId: opened.id }));
      return opened;
    });
  }
}
