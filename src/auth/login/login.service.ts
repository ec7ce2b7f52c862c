import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { type OpenSession, SessionsService } from '../../sessions';
import type { LoginResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignedIn, SignInFailed } from '../auth.events';
import { DeviceTokens } from './device-tokens';
import { LoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';
import type { VerifiedUser } from './password-authenticator';
import { SecurityNotices } from './security-notices';
import { TokenIssuer } from '../token/token-issuer';

/** Opens a session for somebody who proved who they are. */
@Injectable()
export class LoginService {
  constructor(
    private readonly checks: LoginChecks,
    private readonly limits: LoginLimits,
    private readonly sessions: SessionsService,
    private readonly issuer: TokenIssuer,
    private readonly devices: DeviceTokens,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /**
   * @param proven as `PasswordAuthenticator` found them
   * @param deviceToken what the device was given at an earlier sign-in, where it says so
   * @throws InvalidCredentials where the account changed hands or was disabled since, RateLimited, and what a login check throws
   */
  async logIn(
    { user, isSuspicious, attempt }: VerifiedUser,
    client: ClientInfo,
    deviceToken: string | null | undefined,
  ): Promise<LoginResponse> {
    const { id: userId, email, roles } = user;
    await this.checks.check({ userId, email, roles, client });
    // The password and the checks have passed, so it was no guess, whatever comes.
    await this.limits.recordSuccess(attempt, userId);
    const claims = await this.issuer.claimsFor(async () => ({ userId }));
    const session = await this.openSession(user, client);
    if (isSuspicious) await this.notices.notifyNewSignIn({ userId, sessionId: session.id, client });
    const tokens = this.issuer.tokensFor(session, claims);
    return Object.assign(tokens, { deviceToken: this.devices.renew(user, deviceToken) });
  }

  private async openSession(user: VerifiedUser['user'], client: ClientInfo): Promise<OpenSession> {
    const session = await this.database.transaction(async () => {
      const opened = await this.sessions.open(user, ['pwd'], client);
      const Happened = opened ? SignedIn : SignInFailed;
      const facts = { actorId: opened?.userId ?? null, subjectId: user.id, sessionId: opened?.id };
      await this.events.publish(new Happened(facts));
      return opened;
    });
    if (!session) throw new InvalidCredentials();
    return session;
  }
}
