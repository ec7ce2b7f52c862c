import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type OpenSession, SessionStore } from '../../sessions';
import { AccessTokens } from '../../tokens';
import { type LoginResponse, TokenResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignedIn, SignInFailed } from '../auth.events';
import { AddedTokenClaims } from '../token/access-token-claims';
import type { VerifiedUser } from './local-auth';
import { SecurityNotices } from './security-notices';

/** Opens the session of a verified user. */
@Injectable()
export class LoginService {
  constructor(
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly tokens: AccessTokens,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** @throws InvalidCredentials where the account was recovered, disabled or deleted since the credentials were checked */
  async logIn({ user, isSuspicious, deviceToken }: VerifiedUser, client: ClientInfo): Promise<LoginResponse> {
    const { id: userId } = user;
    const claims = await this.claims.collect(async () => ({ userId }));
    const session = await this.openSession(user, client);
    if (isSuspicious) await this.notices.notifyNewSignIn({ userId, sessionId: session.id, client });
    return Object.assign(TokenResponse.of(session, this.tokens.sign(session, claims)), { deviceToken });
  }

  private async openSession(user: VerifiedUser['user'], client: ClientInfo): Promise<OpenSession> {
    const session = await this.database.transaction(async () => {
      const opened = await this.sessions.open(user, ['pwd'], client);
      const LoginEvent = opened ? SignedIn : SignInFailed;
      const facts = { actorId: opened?.userId ?? null, subjectId: user.id, sessionId: opened?.id };
      await this.events.publish(new LoginEvent(facts));
      return opened;
    });
    if (!session) throw new InvalidCredentials();
    return session;
  }
}
